'use client'

import { useEffect, useState } from 'react'
import { RunFollower } from '../../lib/live/run-follower.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import type { Live } from './connection.ts'
import { useLive } from './live-provider.tsx'

/** Longest wait for an answer. */
const ANSWER_MS = 10_000

/** A run that goes on live from how the server rendered it, without gaps or doubles over lost connections. */
export function useRun(initial: Run): { run: Run; problem?: ProblemSummary } {
  const [run, setRun] = useState(initial)
  const [problem, setProblem] = useState<ProblemSummary>()
  const live = useLive()
  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes on from the run that was rendered first
  useEffect(() => {
    let frame = 0
    const follower = new RunFollower(initial, {
      ask: (afterSeq) => stretchAfter(live(), initial.id, afterSeq),
      // Many events, one drawing.
      onChange: () => {
        frame ||= requestAnimationFrame(() => {
          frame = 0
          setRun(follower.run)
          setProblem(undefined)
        })
      },
      onProblem: (thrown) => setProblem(Problem.from(thrown).summary()),
    })
    const stop = watch(live(), initial.id, follower)
    return () => {
      stop()
      cancelAnimationFrame(frame)
    }
  }, [initial.id])
  return { run, ...(problem && { problem }) }
}

async function stretchAfter({ socket, check }: Live, runId: string, afterSeq: number) {
  const answer = check(
    'watchAnswer',
    await socket.timeout(ANSWER_MS).emitWithAck('watch', { runId, afterSeq }),
  )
  if ('problem' in answer) throw new Problem(answer.problem.code, answer.problem)
  return answer
}

function watch({ socket, check }: Live, runId: string, follower: RunFollower): () => void {
  const onConnect = () => follower.connected()
  const onDisconnect = () => follower.disconnected()
  const onEvents = (message: unknown) => {
    const { runId: id, events } = check('events', message)
    if (id === runId) follower.received({ events })
  }
  const onSkipped = (message: unknown) => {
    const { runId: id, skipped } = check('skipped', message)
    if (id === runId) follower.received({ skipped })
  }
  socket.on('connect', onConnect)
  socket.on('disconnect', onDisconnect)
  socket.on('events', onEvents)
  socket.on('skipped', onSkipped)
  if (socket.connected) onConnect()
  return () => {
    socket.off('connect', onConnect)
    socket.off('disconnect', onDisconnect)
    socket.off('events', onEvents)
    socket.off('skipped', onSkipped)
    socket.emit('unwatch', { runId })
  }
}
