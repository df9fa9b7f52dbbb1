// A server without pages, told over IPC what to do; it ends when whoever started it goes away.
import { type Supervisors, startSupervisors } from '../../load/supervisors.ts'
import { type Running, startServer } from '../../server/main.ts'
import type { Question, Usage } from './server-process.ts'

let running: Running | undefined
let supervisors: Supervisors | undefined

async function answerTo(question: Question): Promise<object> {
  switch (question.type) {
    case 'start':
      running = await startServer({ host: '127.0.0.1', port: 0, pages: 'none', ...question.settings })
      return { url: running.url }
    case 'usage':
      return usage()
    case 'supervise':
      supervisors = await startSupervisors(running!.parts.worker.store, question.settings)
      return {}
    case 'places':
      return supervisors!.places()
    case 'stop-supervising':
      return supervisors!.stop()
  }
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024 }
}

process.on('message', async (question: Question) => process.send!(await answerTo(question)))
process.on('disconnect', async () => {
  await running?.stop()
  process.exit()
})
