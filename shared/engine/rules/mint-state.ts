import type { Known } from '../known.ts'
import { consumes, mints } from './mint.ts'
import { isEmpty, isRecovered } from './mint-intent.ts'

/** The credential of AWSCURRENT works, or shows itself only by being used up. */
export const works = (k: Known): boolean => mints(k) && (k.currentProof === 'accepted' || consumes(k))

/** An unfinished credential may be used again; one that was or may be overtaken only where current does not work. */
export const mayReuse = (k: Known): boolean =>
  isEmpty(k) &&
  (k.candidate === 'unfinished' ||
    ((k.candidate === 'overtaken' || k.candidate === 'unclear') && k.currentProof === 'rejected'))

/** Of two that work, or that nothing is known of, nobody can tell which is the newer one. */
export const isUnclear = (k: Known): boolean =>
  isEmpty(k) && k.candidate === 'unclear' && (consumes(k) || k.currentProof === 'accepted')

export const reuses = (k: Known): boolean => mayReuse(k) && k.candidateProof === 'accepted'

/** Something new is to be stored: issued now, or before. */
export const isNew = (k: Known): boolean => isEmpty(k) && (works(k) || isRecovered(k)) && !reuses(k)

/** What is stored goes without being issued. */
export const isFound = (k: Known): boolean => k.mints?.own === 'readable' || k.lost === 'readable'
