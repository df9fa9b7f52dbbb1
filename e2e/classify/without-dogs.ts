import sharp from 'sharp'
import { drawIcon, UPRIGHT } from '../../server/sample/draw-icon.ts'
import { readIconSet } from '../../server/sample/icon-set.ts'
import type { TestPicture } from './encodings.ts'

const EMOJI = ['automobile', 'pineapple', 'airplane', 'house', 'guitar', 'soccer-ball', 'rose', 'laptop']
const SIZE = 480

/** 20 pictures without a dog, made here: emoji, plots, textures, text. */
export async function picturesWithoutDogs(): Promise<TestPicture[]> {
  const set = await readIconSet('noto-v1')
  const emoji = EMOJI.map(async (name) => {
    const icon = set.find(name)
    if (!icon) throw new Error(`noto-v1 has no emoji "${name}"`)
    return picture(`emoji ${name}`, await drawIcon(icon, UPRIGHT))
  })
  const drawn = Object.entries({ ...plots(), ...texts() }).map(async ([name, svg]) =>
    picture(name, await sharp(Buffer.from(svg)).flatten({ background: '#fff' }).png().toBuffer()),
  )
  const textures = Object.entries(TEXTURES).map(async ([name, level]) => {
    const data = Buffer.alloc(SIZE * SIZE * 3)
    for (let i = 0; i < data.length; i++) {
      const pixel = Math.floor(i / 3)
      data[i] = level(pixel % SIZE, Math.floor(pixel / SIZE), i % 3)
    }
    return picture(
      name,
      await sharp(data, { raw: { width: SIZE, height: SIZE, channels: 3 } })
        .png()
        .toBuffer(),
    )
  })
  return Promise.all([...emoji, ...drawn, ...textures])
}

function picture(name: string, bytes: Buffer): TestPicture {
  return { name: `${name}.png`, mimeType: 'image/png', bytes }
}

const TEXTURES: Record<string, (x: number, y: number, channel: number) => number> = {
  noise: (x, y, channel) => scattered(x * 3 + channel + y * 7919),
  checkers: (x, y) => (((x >> 5) + (y >> 5)) % 2 === 0 ? 30 : 225),
  gradient: (x, y, channel) => [x / 2, y / 2, 255 - x / 3][channel]!,
  rings: (x, y) => 128 + 120 * Math.sin(Math.hypot(x - 200, y - 260) / 9),
}

/** The same noise every time. */
function scattered(n: number): number {
  let x = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d)
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39)
  return (x ^ (x >>> 15)) & 255
}

function plots(): Record<string, string> {
  const at = (f: (x: number) => number) =>
    Array.from({ length: 60 }, (_, i) => `${40 + i * 7},${240 - f(i / 59) * 180}`).join(' ')
  const bars = [0.3, 0.8, 0.5, 0.95, 0.2, 0.6]
    .map(
      (h, i) =>
        `<rect x="${60 + i * 68}" y="${430 - h * 360}" width="44" height="${h * 360}" fill="#3b82c4"/>`,
    )
    .join('')
  const points = Array.from({ length: 150 }, (_, i) => {
    const [x, y] = [scattered(i), scattered(i + 999)]
    return `<circle cx="${50 + x * 1.5}" cy="${430 - (x + y) * 0.75}" r="4" fill="#c2700a"/>`
  }).join('')
  const axes = '<path d="M40 20V440H470" fill="none" stroke="#333" stroke-width="2"/>'
  const curve = (f: (x: number) => number, colour: string) =>
    `<polyline points="${at(f)}" fill="none" stroke="${colour}" stroke-width="4"/>`
  return {
    'plot curves': svg(
      axes + curve((x) => Math.exp(-3 * x), '#b3261e') + curve((x) => 1 - Math.exp(-4 * x), '#18794e'),
    ),
    'plot bars': svg(axes + bars),
    'plot points': svg(axes + points),
    'plot pie': svg(
      '<circle cx="240" cy="240" r="200" fill="#dcebf8"/><path d="M240 240V40A200 200 0 0 1 413 340Z" fill="#3b82c4"/><path d="M240 240L413 340A200 200 0 0 1 67 340Z" fill="#f5c987"/>',
    ),
  }
}

function texts(): Record<string, string> {
  const page = (lines: readonly string[], size: number, colours = ['#fff', '#111']) =>
    svg(
      `<rect width="480" height="480" fill="${colours[0]}"/>${lines
        .map(
          (line, i) =>
            `<text x="24" y="${size * 1.6 * (i + 1)}" font-size="${size}" font-family="serif" fill="${colours[1]}">${line}</text>`,
        )
        .join('')}`,
    )
  return {
    'text page': page(
      Array.from({ length: 14 }, (_, i) => `Line ${i + 1} of a letter that is about nothing`),
      20,
    ),
    'text headline': page(['Whippet', 'wins', 'again'], 90),
    'text bill': page(['Invoice 2026-114', '2 × nails 3.20', '1 × hammer 18.00', 'Total 24.40'], 36),
    'text night': page(['while (true) {', '  learn()', '}'], 44, ['#111', '#7cb7ea']),
  }
}

function svg(body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}">${body}</svg>`
}
