// Appends to a run until it is killed, and says the number of each event once it is stored.
//   node append-forever.ts DATA_DIR RUN
import { openStore } from '../open.ts'
import { point } from './made-up.ts'

const [dataDir, run] = process.argv.slice(2) as [string, string]
const store = await openStore({ dataDir })
for (;;) {
  const [event] = await store.runs.append(run, 0, [point(1)])
  process.stdout.write(`${event!.seq}\n`)
}
