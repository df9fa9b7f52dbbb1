import { z } from 'zod'
import { Problem } from '../../lib/problem.ts'
import { problemSummarySchema } from '../../lib/run/events.ts'
import { type Offer, sliceSchema, type Team, teamTaskSchema } from '../features/team/team.ts'

const offer = z.string()

/** What a trainer asks its supervisor, who knows the other machines. */
export const teamAskSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('offer'), task: teamTaskSchema, slices: z.array(z.array(z.string())) }),
  z.object({ kind: z.literal('next'), offer }),
  z.object({ kind: z.literal('done'), offer, index: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('settled'), offer }),
  z.object({ kind: z.literal('close'), offer }),
])
export type TeamAsk = z.infer<typeof teamAskSchema>

/** `offer` answers an offer, `slice` a next that has one. */
export const teamAnswerSchema = z.object({ offer: offer.optional(), slice: sliceSchema.optional() })
export type TeamAnswer = z.infer<typeof teamAnswerSchema>

/** Trainer → supervisor, and back under the same number. */
export const teamCallSchema = z.object({
  type: z.literal('team'),
  call: z.number().int(),
  ask: teamAskSchema,
})
export const teamReplySchema = z.object({
  type: z.literal('team'),
  call: z.number().int(),
  answer: teamAnswerSchema.optional(),
  problem: problemSummarySchema.optional(),
})
export type TeamCall = z.infer<typeof teamCallSchema>
export type TeamReply = z.infer<typeof teamReplySchema>

/** A team that is reached through messages. */
export function teamOver(send: (call: TeamCall) => void): Team & { heard(reply: TeamReply): void } {
  const waiting = new Map<number, (reply: TeamReply) => void>()
  let calls = 0
  const ask = (wanted: TeamAsk): Promise<TeamAnswer> => {
    const call = ++calls
    return new Promise((resolve, reject) => {
      waiting.set(call, ({ answer = {}, problem }) =>
        problem ? reject(new Problem(problem.code, problem)) : resolve(answer),
      )
      send({ type: 'team', call, ask: wanted })
    })
  }
  return {
    async offer(task, slices) {
      const { offer: id = '' } = await ask({ kind: 'offer', task, slices: slices.map((slice) => [...slice]) })
      const offered: Offer = {
        next: async () => (await ask({ kind: 'next', offer: id })).slice,
        done: async (index) => void (await ask({ kind: 'done', offer: id, index })),
        settled: async () => void (await ask({ kind: 'settled', offer: id })),
        close: async () => void (await ask({ kind: 'close', offer: id })),
      }
      return offered
    },
    heard(reply) {
      waiting.get(reply.call)?.(reply)
      waiting.delete(reply.call)
    },
  }
}
