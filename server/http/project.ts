import { fileURLToPath } from 'node:url'

/** Where `app/`, `public/` and `next.config.ts` are. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
