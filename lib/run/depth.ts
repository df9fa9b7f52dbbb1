import type { RunSettings } from './settings.ts'
import type { Depth } from './training.ts'

/** How deep a run trains at most, as far as its settings tell without the backbone's graph: for the rate that suits it. */
export function depthOfSettings({ strategy, freeze = {} }: Pick<RunSettings, 'strategy' | 'freeze'>): Depth {
  const { groups = 1, stages, trainable } = freeze
  switch (strategy) {
    case 'feature-extraction':
      return 'last'
    case 'full-fine-tuning':
      return 'whole'
    case 'gradual-unfreezing':
      return stages?.every((stage) => stage.groups !== 'all') ? 'several' : 'whole'
    case 'partial-fine-tuning':
      if (groups === 'all') return 'whole'
      return trainable || (typeof groups === 'number' ? groups : groups.length) > 1 ? 'several' : 'last'
  }
}
