/** An optimizer and its constants; what is left out has the value of the paper or of PyTorch (FTRL: TensorFlow's). */
export type OptimizerSettings =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly momentum?: number }
  | { readonly kind: 'nesterov'; readonly momentum?: number }
  | { readonly kind: 'adam'; readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number }
  | { readonly kind: 'adamw'; readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number }
  | { readonly kind: 'adagrad'; readonly initialAccumulator?: number; readonly epsilon?: number }
  | { readonly kind: 'adadelta'; readonly rho?: number; readonly epsilon?: number }
  | {
      readonly kind: 'rmsprop'
      readonly decay?: number
      readonly momentum?: number
      readonly epsilon?: number
    }
  | {
      readonly kind: 'ftrl'
      readonly initialAccumulator?: number
      readonly l1?: number
      readonly l2?: number
    }

export type OptimizerKind = OptimizerSettings['kind']
export const OPTIMIZER_KINDS = [
  'sgd',
  'momentum',
  'nesterov',
  'adam',
  'adamw',
  'adagrad',
  'adadelta',
  'rmsprop',
  'ftrl',
] as const satisfies readonly OptimizerKind[]
