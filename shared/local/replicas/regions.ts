import type { LocalSecretsManager } from '../model/model.ts'

/** The Regions of one account, through which a secret reaches its replicas. */
export interface AccountRegions {
  /**
   * The model of this Region, always the same one, made when it is first asked for. It has the account and the clock of
   * the others. `undefined` where the account has not enabled the Region: a replica there fails.
   */
  modelOf(region: string): LocalSecretsManager | undefined
}

/** Keeps the models that `make` makes. `first` is there already. */
export function accountRegions(
  first: LocalSecretsManager,
  make: (region: string) => LocalSecretsManager,
): AccountRegions {
  const models = new Map([[first.region, first]])
  return {
    modelOf: (region) => {
      const model = models.get(region) ?? make(region)
      models.set(region, model)
      return model
    },
  }
}
