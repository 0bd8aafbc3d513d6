/** PostgreSQL cuts longer names without a word, and would then sign in as somebody else. */
export const MAX_NAME_BYTES = 63
