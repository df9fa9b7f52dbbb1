import { Card, CardHead } from '../ui/card.tsx'

/** How to ask the same model over REST. `origin` is this server's address as the reader has it. */
export function PredictExample({ run, origin, guarded }: { run: string; origin: string; guarded: boolean }) {
  const lines = [
    `curl ${origin}/api/models/${run}/predict \\`,
    ...(guarded ? ['  -H "Authorization: Bearer $WHIPPET_TOKEN" \\'] : []),
    '  -F files=@picture.jpg',
  ]
  return (
    <Card>
      <CardHead aside="computed on the server">Over REST</CardHead>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre className="overflow-x-auto rounded-md bg-hover p-3 font-mono text-[12.5px]" tabIndex={0}>
        {lines.join('\n')}
      </pre>
      <p className="mt-2 text-soft">
        The answer names the five most probable labels of each picture, and whether the model is sure. Here
        the pictures do go to the server.
      </p>
    </Card>
  )
}
