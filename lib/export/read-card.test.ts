import { expect, test } from 'vitest'
import { readCard } from './read-card.ts'

test('what a model card is made of is read back', () => {
  const card = [
    '# Dogs',
    '## How good it is',
    '- **87.3 % top-1** of `test`\n- second',
    '| precision | size |\n| --- | --- |\n| `float16` | 10.0 MB |',
    '    whippet train\n',
    'A paragraph\nof two lines.',
  ].join('\n\n')
  expect(readCard(card)).toEqual([
    { kind: 'heading', spans: [{ kind: 'text', text: 'How good it is' }] },
    {
      kind: 'list',
      items: [
        [
          { kind: 'strong', text: '87.3 % top-1' },
          { kind: 'text', text: ' of ' },
          { kind: 'code', text: 'test' },
        ],
        [{ kind: 'text', text: 'second' }],
      ],
    },
    { kind: 'table', head: ['precision', 'size'], rows: [['float16', '10.0 MB']] },
    { kind: 'code', spans: [{ kind: 'text', text: 'whippet train' }] },
    { kind: 'paragraph', spans: [{ kind: 'text', text: 'A paragraph of two lines.' }] },
  ])
})

test('markup that a card never has stays text', () => {
  const [block] = readCard('<script>alert(1)</script> [a](javascript:b)')
  expect(block).toEqual({
    kind: 'paragraph',
    spans: [{ kind: 'text', text: '<script>alert(1)</script> [a](javascript:b)' }],
  })
})
