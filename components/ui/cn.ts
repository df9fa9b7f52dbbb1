/**
 * Class names joined. A later one does not undo an earlier one: what varies is a variant. (tailwind-merge would, for 8 kB
 * on every page.)
 */
export { clsx as cn } from 'clsx'
