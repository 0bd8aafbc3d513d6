/** Alarms, the topic for them, and the dashboard. Each alarm has a page in `docs/operations/`, which its description names. */
import { type Deployed, deploys, functionName, logicalName } from './names.ts'
import { either, ref, sub, where } from './yaml.ts'

/** Who hears of an alarm. */
const ACTIONS = either(
  'CreatesAlarmTopic',
  [ref('AlarmTopic')],
  where('HasAlarmTopic', [ref('AlarmTopicArn')]),
)

interface Alarm {
  /** The page in `docs/operations/`, without its ending, and the end of the alarm's name. */
  readonly page: string
  readonly says: string
  /** Within `!Sub`, before the page. */
  readonly name: string
  readonly Condition?: string
  readonly metric: Readonly<Record<string, unknown>>
}

export const alarm = ({ page, says, name, Condition, metric }: Alarm): object => ({
  Type: 'AWS::CloudWatch::Alarm',
  Condition,
  Properties: {
    AlarmName: sub(`${name}-${page}`),
    AlarmDescription: `${says} See docs/operations/${page}.md`,
    ...metric,
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: ACTIONS,
  },
})

export function functionAlarms({ handler }: Deployed): object {
  const metricOf = (MetricName: string) => ({
    Namespace: 'AWS/Lambda',
    MetricName,
    Dimensions: [{ Name: 'FunctionName', Value: sub(functionName(handler)) }],
  })
  const of = { name: functionName(handler), Condition: deploys(handler) }
  return {
    [`${logicalName(handler)}ErrorsAlarm`]: alarm({
      ...of,
      page: 'errors',
      says: 'A step of a rotation or a retirement failed.',
      metric: metricOf('Errors'),
    }),
    [`${logicalName(handler)}ThrottlesAlarm`]: alarm({
      ...of,
      page: 'throttles',
      says: 'Lambda refused to start a step.',
      metric: metricOf('Throttles'),
    }),
  }
}

/** Events of a rule on the default bus, counted by EventBridge itself. */
export const eventsOf = (rule: string) => ({
  Namespace: 'AWS/Events',
  MetricName: 'MatchedEvents',
  Dimensions: [{ Name: 'RuleName', Value: ref(rule) }],
})

export const publishPolicy = (topic: string, services: readonly string[]): object => ({
  Type: 'AWS::SNS::TopicPolicy',
  Properties: {
    Topics: [ref(topic)],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: services },
          Action: 'sns:Publish',
          Resource: ref(topic),
          Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
        },
      ],
    },
  },
})

export const ALARM_TOPIC = {
  AlarmTopic: {
    Type: 'AWS::SNS::Topic',
    Condition: 'CreatesAlarmTopic',
    Properties: { TopicName: sub('${NamePrefix}-alarms') },
  },
  AlarmTopicPolicy: {
    ...publishPolicy('AlarmTopic', ['cloudwatch.amazonaws.com', 'events.amazonaws.com']),
    Condition: 'CreatesAlarmTopic',
  },
}

/** The targets of a rule whose events go to whoever hears of alarms, with their text. */
export const toAlarmTopic = where('CreatesAlarmTopic', [{ Id: 'alarms', Arn: ref('AlarmTopic') }])

/** Graphs over all functions of the stack: none has to be named, so none is missing. */
export function dashboard(more: readonly object[] = []): object {
  const search = (expression: string, id: string, label = '') => [{ expression, id, label }]
  const ours = (metric: string, stat: string): string =>
    `SEARCH('{Quarterturn,service,provider} MetricName="${metric}" service="\${NamePrefix}"', '${stat}', 300)`
  const lambda = (metric: string, stat: string): string =>
    `SEARCH('{AWS/Lambda,FunctionName} MetricName="${metric}" FunctionName="\${NamePrefix}-rotate"', '${stat}', 300)`
  const graph = (title: string, ...expressions: readonly string[]): object => ({
    type: 'metric',
    width: 8,
    height: 6,
    properties: {
      title,
      region: '${AWS::Region}',
      view: 'timeSeries',
      metrics: expressions.map((expression, at) => search(expression, `e${at}`)),
    },
  })
  const body = {
    widgets: [
      graph('Rotations finished', ours('RotationFinished', 'Sum')),
      graph('Steps that failed', lambda('Errors', 'Sum')),
      graph('Throttled', lambda('Throttles', 'Sum')),
      graph('Duration of an invocation, p99', lambda('Duration', 'p99')),
      graph('Gap of a rotation in ms, longest', ours('Gap', 'Maximum')),
      graph(
        'Overlap cut, evidence undelivered',
        ours('OverlapCut', 'Sum'),
        ours('EvidenceUndelivered', 'Sum'),
      ),
      ...more,
    ],
  }
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: sub('${NamePrefix}-rotations'),
        DashboardBody: sub(JSON.stringify(body, undefined, 2)),
      },
    },
  }
}
