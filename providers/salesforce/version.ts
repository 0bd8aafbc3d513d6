/** What everything is asked by; the first with staged credentials. */
export const API_VERSION = '65.0'
