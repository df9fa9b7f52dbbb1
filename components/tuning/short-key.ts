/** A setting's name without where it stands: `solver.learningRate` → `learningRate`. */
export function shortKey(key: string): string {
  return key === 'solver.kind' ? 'solver' : key.slice(key.lastIndexOf('.') + 1)
}
