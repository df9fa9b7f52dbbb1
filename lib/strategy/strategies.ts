/** What a strategy is called, in the order in which more and more is trained. */
export const STRATEGIES = {
  'feature-extraction': {
    title: 'Feature extraction',
    about: 'The backbone is frozen; only the head is trained.',
  },
  'partial-fine-tuning': {
    title: 'Partial fine-tuning',
    about: 'The last layer groups, or chosen ones, are trained with the head.',
  },
  'full-fine-tuning': { title: 'Full fine-tuning', about: 'Every layer group is trained.' },
  'gradual-unfreezing': {
    title: 'Gradual unfreezing',
    about: 'Stages that each train more: the head first, then more and more of the backbone.',
  },
} as const
export type StrategyName = keyof typeof STRATEGIES
export const STRATEGY_NAMES = Object.keys(STRATEGIES) as [StrategyName, ...StrategyName[]]

/** Which layer groups are trained beside the head: how many of the last ones, chosen ones, or all. */
export type GroupChoice = number | readonly string[] | 'all'

/**
 * One stage of gradual unfreezing. What it leaves out is taken from the run's training settings; a first stage of the head
 * alone without epochs of its own is fitted by the run's solver.
 */
export type Stage = {
  readonly groups: GroupChoice
  readonly epochs?: number | undefined
  readonly learningRate?: number | undefined
}

/** A strategy with its options. */
export type Strategy = {
  readonly name: StrategyName
  /** Partial fine-tuning: which groups; the last one by default. */
  readonly groups?: GroupChoice | undefined
  /** Gradual unfreezing: its stages; {@link HEAD_FIRST} by default. */
  readonly stages?: readonly Stage[] | undefined
  /** Patterns on weight names: what is trained, in place of groups. The head always is. */
  readonly trainable?: readonly string[] | undefined
  /** Patterns on weight names: what starts fresh instead of restored. */
  readonly skip?: readonly string[] | undefined
  /**
   * Partial and full fine-tuning: whether the head is fitted on the frozen backbone before anything else, so that a random
   * head doesn't shake pretrained layers. True unless something is skipped: a head on random layers learns nothing.
   */
  readonly headFirst?: boolean | undefined
}

/** The head on a frozen backbone, then everything. */
export const HEAD_FIRST: readonly Stage[] = [{ groups: 0 }, { groups: 'all' }]
