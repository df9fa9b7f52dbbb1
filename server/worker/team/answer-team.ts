import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '../../../lib/problem.ts'
import type { Extractions } from '../../store/extractions.ts'
import type { TeamAnswer, TeamAsk, TeamCall, TeamReply } from '../../trainer/team-calls.ts'

export type TeamDesk = {
  readonly extractions: Extractions
  readonly run: string
  /** Who asks, as the others know this process. */
  readonly worker: string
  /** Which of these workers are still there. */
  readonly alive: (workers: readonly string[]) => Promise<readonly string[]>
}

/** How often those who are waited for are looked at; nobody says when a machine is lost. */
const LOOK_MS = 500

/** Answers what a trainer asks of the other machines. Never rejects: what goes wrong is the trainer's to hear. */
export async function answerTeam(desk: TeamDesk, { call, ask }: TeamCall): Promise<TeamReply> {
  try {
    return { type: 'team', call, answer: await answerOf(desk, ask) }
  } catch (thrown) {
    return { type: 'team', call, problem: Problem.from(thrown).summary() }
  }
}

async function answerOf(desk: TeamDesk, ask: TeamAsk): Promise<TeamAnswer> {
  const { extractions, run, worker } = desk
  switch (ask.kind) {
    case 'offer':
      return { offer: await extractions.open(run, ask.task, ask.slices) }
    case 'next': {
      const slice = await extractions.claim(ask.offer, worker)
      return slice ? { slice: { index: slice.index, pictures: [...slice.pictures] } } : {}
    }
    case 'done':
      await extractions.done({ extraction: ask.offer, index: ask.index }, worker)
      return {}
    case 'settled':
      await settle(desk, ask.offer)
      return {}
    case 'close':
      await extractions.close(ask.offer)
      return {}
  }
}

/** Until all who took a part have done it; what those had who are gone is free again. */
async function settle({ extractions, alive, worker }: TeamDesk, offer: string): Promise<void> {
  for (;;) {
    const others = (await extractions.underWay(offer)).filter((name) => name !== worker)
    const here = await alive(others)
    await extractions.release(
      offer,
      others.filter((name) => !here.includes(name)),
    )
    if (here.length === 0) return
    await pause(LOOK_MS)
  }
}
