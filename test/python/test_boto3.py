"""boto3 walks through every operation, and a rotation function in Python rotates a secret."""

import json
import os
import threading
import time
import unittest
import uuid
from datetime import datetime, timedelta, timezone

import boto3
import rotation_function
from botocore.exceptions import ClientError
from service import POLICY, ROTATE, SETUP, Service
from walked import Walked

SCHEDULER_ROLE = "arn:aws:iam::111122223333:role/scheduler"
walked = Walked()
scheduled = []
failing = threading.Event()


def function(event):
    if failing.is_set():
        raise PermissionError("not today")
    if "schedule" in event:
        return scheduled.append(event)
    return rotation_function.handler(event)


def setUpModule():
    global service, server, client, elsewhere
    server = rotation_function.serve(function)
    url = f"http://127.0.0.1:{server.server_port}"
    service = Service("--calm", "--setup", SETUP, "--function", f"rotate-python={url}")
    os.environ.update(service.environment)
    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("after-call", note)
    client = boto3.client("secretsmanager")
    elsewhere = boto3.client("secretsmanager", region_name="us-east-1")


def note(model, http_response, **_):
    if http_response.status_code == 200:
        walked.note(model.service_model.service_name, model.name)


def tearDownModule():
    status = service.stop()
    server.shutdown()
    assert status == 0, f"the command ended with {status}"


def name():
    return f"python/{uuid.uuid4()}"


def refusal(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "nothing"


class Walk(unittest.TestCase):
    def secret(self, value="one"):
        return client.create_secret(Name=name(), SecretString=value)

    def test_a_value_is_stored_read_and_replaced(self):
        made = self.secret()
        self.assertEqual(client.get_secret_value(SecretId=made["Name"])["SecretString"], "one")
        put = client.put_secret_value(SecretId=made["ARN"], SecretBinary=b"\x00\xff")
        read = client.get_secret_value(SecretId=made["ARN"])
        self.assertEqual((read["SecretBinary"], read["VersionId"]), (b"\x00\xff", put["VersionId"]))
        updated = client.update_secret(SecretId=made["ARN"], SecretString="three", Description="a third")
        described = client.describe_secret(SecretId=made["ARN"])
        self.assertEqual(described["VersionIdsToStages"][updated["VersionId"]], ["AWSCURRENT"])
        self.assertEqual(described["Description"], "a third")

    def test_labels_move_and_versions_are_listed(self):
        made = self.secret()
        second = client.put_secret_value(SecretId=made["ARN"], SecretString="two")
        client.update_secret_version_stage(
            SecretId=made["ARN"],
            VersionStage="AWSCURRENT",
            MoveToVersionId=made["VersionId"],
            RemoveFromVersionId=second["VersionId"],
        )
        self.assertEqual(client.get_secret_value(SecretId=made["ARN"])["SecretString"], "one")
        listed = client.list_secret_version_ids(SecretId=made["ARN"], IncludeDeprecated=True)["Versions"]
        self.assertEqual({one["VersionId"] for one in listed}, {made["VersionId"], second["VersionId"]})

    def test_secrets_are_listed_by_page_and_read_in_one_call(self):
        prefix = name()
        made = [client.create_secret(Name=f"{prefix}-{n}", SecretString=str(n)) for n in range(5)]
        pages = client.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [prefix]}], PaginationConfig={"PageSize": 2}
        )
        listed = [one["Name"] for page in pages for one in page["SecretList"]]
        self.assertEqual(sorted(listed), [one["Name"] for one in made])
        read = client.batch_get_secret_value(SecretIdList=[made[0]["ARN"], made[1]["Name"], "python/absent"])
        self.assertEqual({one["SecretString"] for one in read["SecretValues"]}, {"0", "1"})
        self.assertEqual(read["Errors"][0]["ErrorCode"], "ResourceNotFoundException")

    def test_tags_are_put_on_and_taken_off(self):
        made = self.secret()
        client.tag_resource(SecretId=made["ARN"], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        client.untag_resource(SecretId=made["ARN"], TagKeys=["a"])
        self.assertEqual(client.describe_secret(SecretId=made["ARN"])["Tags"], [{"Key": "b", "Value": "2"}])

    def test_a_deleted_secret_comes_back(self):
        made = self.secret()
        client.delete_secret(SecretId=made["ARN"], RecoveryWindowInDays=7)
        self.assertEqual(refusal(client.get_secret_value, SecretId=made["ARN"]), "InvalidRequestException")
        client.restore_secret(SecretId=made["ARN"])
        self.assertEqual(client.get_secret_value(SecretId=made["ARN"])["SecretString"], "one")

    def test_a_resource_policy_is_checked_stored_and_deleted(self):
        made = self.secret()
        self.assertTrue(client.validate_resource_policy(ResourcePolicy=POLICY)["PolicyValidationPassed"])
        client.put_resource_policy(SecretId=made["ARN"], ResourcePolicy=POLICY)
        stored = client.get_resource_policy(SecretId=made["ARN"])["ResourcePolicy"]
        self.assertEqual(json.loads(stored), json.loads(POLICY))
        client.delete_resource_policy(SecretId=made["ARN"])
        self.assertNotIn("ResourcePolicy", client.get_resource_policy(SecretId=made["ARN"]))

    def test_a_replica_follows_and_is_promoted(self):
        made, promoted = self.secret(), self.secret()
        for one in (made, promoted):
            client.replicate_secret_to_regions(SecretId=one["ARN"], AddReplicaRegions=[{"Region": "us-east-1"}])
        client.put_secret_value(SecretId=made["ARN"], SecretString="two")
        self.assertEqual(self.eventually(made["Name"]), "two")
        refused = refusal(elsewhere.put_secret_value, SecretId=made["Name"], SecretString="x")
        self.assertEqual(refused, "InvalidParameterException")
        client.remove_regions_from_replication(SecretId=made["ARN"], RemoveReplicaRegions=["us-east-1"])
        elsewhere.stop_replication_to_replica(SecretId=promoted["Name"])
        elsewhere.put_secret_value(SecretId=promoted["Name"], SecretString="its own")
        self.assertEqual(client.get_secret_value(SecretId=promoted["ARN"])["SecretString"], "one")

    def eventually(self, secret):
        for _ in range(100):
            value = elsewhere.get_secret_value(SecretId=secret)["SecretString"]
            if value == "two":
                return value
            time.sleep(0.05)
        return value

    def test_a_password_is_drawn(self):
        drawn = client.get_random_password(PasswordLength=40, ExcludePunctuation=True)["RandomPassword"]
        self.assertRegex(drawn, r"^[A-Za-z0-9]{40}$")

    def test_errors_are_those_of_aws(self):
        made = self.secret()
        absent = "ResourceNotFoundException"
        self.assertEqual(refusal(client.get_secret_value, SecretId="python/absent"), absent)
        self.assertEqual(refusal(client.create_secret, Name=made["Name"], SecretString="x"), "ResourceExistsException")
        self.assertEqual(refusal(client.create_secret, Name="no spaces", SecretString="x"), "ValidationException")
        self.assertEqual(refusal(client.rotate_secret, SecretId=made["ARN"]), "InvalidRequestException")
        stranger = boto3.client("secretsmanager", aws_access_key_id="AKIASTRANGER", aws_secret_access_key="x")
        self.assertEqual(refusal(stranger.list_secrets), "UnrecognizedClientException")
        forged = boto3.client("secretsmanager", aws_secret_access_key="x", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"])
        self.assertEqual(refusal(forged.list_secrets), "InvalidSignatureException")


class Rotation(unittest.TestCase):
    def user(self):
        username = name()
        rotation_function.directory[username] = "first"
        value = json.dumps({"username": username, "password": "first"})
        return username, client.create_secret(Name=username, SecretString=value)["ARN"]

    def ended(self, arn, version):
        """Waits until the rotation is over, and answers the current value."""
        for _ in range(200):
            stages = client.describe_secret(SecretId=arn)["VersionIdsToStages"].get(version, [])
            if "AWSCURRENT" in stages:
                return json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
            time.sleep(0.05)
        self.fail("the rotation did not end")

    def test_a_function_in_python_rotates_a_password(self):
        username, arn = self.user()
        rules = {"AutomaticallyAfterDays": 30}
        version = client.rotate_secret(SecretId=arn, RotationLambdaARN=ROTATE, RotationRules=rules)["VersionId"]
        value = self.ended(arn, version)
        self.assertNotEqual(value["password"], "first")
        self.assertEqual(rotation_function.directory[username], value["password"])
        previous = client.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")["SecretString"]
        self.assertEqual(json.loads(previous)["password"], "first")
        self.assertIn("NextRotationDate", client.describe_secret(SecretId=arn))

    def test_the_second_rotation_starts_from_the_first(self):
        username, arn = self.user()
        first = client.rotate_secret(SecretId=arn, RotationLambdaARN=ROTATE)["VersionId"]
        before = self.ended(arn, first)
        second = client.rotate_secret(SecretId=arn)["VersionId"]
        self.assertNotEqual(self.ended(arn, second), before)

    def test_a_function_that_fails_leaves_the_current_value_and_is_told(self):
        username, arn = self.user()
        failing.set()
        try:
            version = client.rotate_secret(SecretId=arn, RotationLambdaARN=ROTATE)["VersionId"]
            self.told("RotationFailed", version)
        finally:
            failing.clear()
        self.assertIn("PermissionError: not today", "".join(service.lines))
        self.assertEqual(refusal(client.rotate_secret, SecretId=arn), "InvalidRequestException")
        cancelled = client.cancel_rotate_secret(SecretId=arn)
        self.assertEqual(cancelled["VersionId"], version)
        client.update_secret_version_stage(SecretId=arn, VersionStage="AWSPENDING", RemoveFromVersionId=version)
        again = client.rotate_secret(SecretId=arn)["VersionId"]
        self.assertEqual(self.ended(arn, again)["password"], rotation_function.directory[username])

    def told(self, event, version):
        for _ in range(200):
            if any(event in line and version[:8] in line for line in service.lines):
                return
            time.sleep(0.05)
        self.fail(f"{event} was not printed")


class Beside(unittest.TestCase):
    """What is served beside Secrets Manager."""

    def test_lambda_invokes_the_function_and_tells_its_error(self):
        called_by_name = boto3.client("lambda").invoke(FunctionName="rotate-python", Payload=b'{"Step":"setSecret"}')
        self.assertEqual((called_by_name["StatusCode"], called_by_name["FunctionError"]), (200, "Unhandled"))
        self.assertEqual(json.loads(called_by_name["Payload"].read())["errorType"], "KeyError")
        self.assertEqual(refusal(boto3.client("lambda").invoke, FunctionName="none"), "ResourceNotFoundException")

    def test_sts_says_who_asks(self):
        asked = boto3.client("sts").get_caller_identity()
        self.assertEqual((asked["Account"], asked["Arn"]), ("111122223333", "arn:aws:iam::111122223333:user/admin"))

    def test_a_role_of_another_account_is_assumed_by_its_external_id(self):
        hub = assumed(boto3.client("sts"), "arn:aws:iam::111122223333:role/hub")
        target = "arn:aws:iam::444455556666:role/rotation-target"
        sts = hub.client("sts")
        self.assertEqual(sts.get_caller_identity()["Arn"], "arn:aws:sts::111122223333:assumed-role/hub/python")
        self.assertEqual(refusal(sts.assume_role, RoleArn=target, RoleSessionName="python"), "AccessDenied")
        wrong = {"RoleArn": target, "RoleSessionName": "python", "ExternalId": "guessed"}
        self.assertEqual(refusal(sts.assume_role, **wrong), "AccessDenied")
        there = assumed(sts, target, ExternalId="agreed").client("secretsmanager")
        made = there.create_secret(Name=name(), SecretString="of another account")
        self.assertIn(":444455556666:", made["ARN"])
        absent = refusal(client.get_secret_value, SecretId=made["Name"])
        self.assertEqual(absent, "ResourceNotFoundException")
        reads = [{"arn": "arn:aws:iam::444455556666:policy/reads"}]
        reader = assumed(sts, target, ExternalId="agreed", PolicyArns=reads).client("secretsmanager")
        self.assertEqual(reader.get_secret_value(SecretId=made["ARN"])["SecretString"], "of another account")
        denied = refusal(reader.put_secret_value, SecretId=made["ARN"], SecretString="x")
        self.assertEqual(denied, "AccessDeniedException")

    def test_a_schedule_is_made_read_changed_listed_and_deleted(self):
        scheduler = boto3.client("scheduler")
        wanted = self.schedule("once", datetime.now(timezone.utc) + timedelta(days=1))
        made = scheduler.create_schedule(**wanted)
        self.assertEqual(made["ScheduleArn"], "arn:aws:scheduler:eu-west-1:111122223333:schedule/default/once")
        self.assertEqual(scheduler.get_schedule(Name="once")["Target"]["Input"], wanted["Target"]["Input"])
        scheduler.update_schedule(**wanted, State="DISABLED")
        listed = scheduler.list_schedules(NamePrefix="once")["Schedules"]
        self.assertEqual([(one["Name"], one["State"]) for one in listed], [("once", "DISABLED")])
        scheduler.delete_schedule(Name="once")
        self.assertEqual(refusal(scheduler.get_schedule, Name="once"), "ResourceNotFoundException")
        wanted["Target"]["RoleArn"] = "arn:aws:iam::111122223333:role/none"
        self.assertEqual(refusal(scheduler.create_schedule, **wanted), "ValidationException")

    def test_a_schedule_calls_the_function(self):
        past = self.schedule("past", datetime.now(timezone.utc) - timedelta(days=1))
        boto3.client("scheduler").create_schedule(**past)
        for _ in range(200):
            if scheduled:
                break
            time.sleep(0.05)
        self.assertEqual(scheduled, [{"schedule": "past"}])

    def schedule(self, schedule_name, at):
        return {
            "Name": schedule_name,
            "ScheduleExpression": at.strftime("at(%Y-%m-%dT%H:%M:%S)"),
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": ROTATE, "RoleArn": SCHEDULER_ROLE, "Input": json.dumps({"schedule": schedule_name})},
        }


def assumed(sts, role, **conditions):
    """A session of boto3 that signs as the role."""
    given = sts.assume_role(RoleArn=role, RoleSessionName="python", **conditions)["Credentials"]
    session = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    session.events.register("after-call", note)
    return session


class Whole(unittest.TestCase):
    """Runs last, by its name."""

    def test_every_operation_was_called_and_went_well(self):
        self.assertEqual(walked.missing(), [])


if __name__ == "__main__":
    unittest.main()
