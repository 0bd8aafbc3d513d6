/** Whether AWS's error has this name. */
export const isNamed = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name

/** An id and a label do not belong together. A secret marked for deletion is refused by the same name. */
export const isOtherStage = (error: unknown): boolean =>
  isNamed(error, 'InvalidRequestException') && error instanceof Error && !/delet/i.test(error.message)
