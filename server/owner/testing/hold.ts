// Claims a data folder and holds it until it is killed or told to go on.
//   node hold.ts DATA_DIR [--serve]     says "held", "taken" or the problem's code; ends its claim at a line on stdin
import { Problem } from '../../../lib/problem.ts'
import { claimDataFolder } from '../claim.ts'
import { serveControl } from '../control.ts'

const [dataDir, option] = process.argv.slice(2) as [string, string | undefined]
try {
  const claim = await claimDataFolder(dataDir)
  const control =
    option === '--serve' &&
    (await serveControl(dataDir, {
      stop: async ({ run }) => ({ run }),
      runs: async () => ({ runs: [] }),
      run: async () => ({ run: null }),
    }))
  process.stdout.write('held\n')
  process.stdin.once('data', async () => {
    if (control) await control.close()
    await claim.release()
    process.stdout.write('released\n')
    process.stdin.destroy()
  })
} catch (thrown) {
  process.stdout.write(`${Problem.from(thrown).code} ${Problem.from(thrown).says}\n`)
}
