/** SHA-256 as hex. Browsers' own is missing on pages from plain http, where files must be checked too. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  return hex(subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : sha256InScript(bytes))
}

/** FIPS 180-4, section 6.2; about 100 MB/s. */
export function sha256InScript(bytes: Uint8Array): Uint8Array {
  const padded = pad(bytes)
  const hash = Uint32Array.from(FIRST)
  const w = new Int32Array(64)
  const view = new DataView(padded.buffer)
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block + t * 4)
    for (let t = 16; t < 64; t++) w[t] = (sigma1(w[t - 2]!) + w[t - 7]! + sigma0(w[t - 15]!) + w[t - 16]!) | 0
    compress(hash, w)
  }
  const out = new DataView(new ArrayBuffer(32))
  for (const [i, word] of hash.entries()) out.setUint32(i * 4, word)
  return new Uint8Array(out.buffer)
}

function compress(hash: Uint32Array, w: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = hash as unknown as Eight
  for (let t = 0; t < 64; t++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) hash[i] = hash[i]! + word
}

/** A 1 bit, zeros, and the length in bits, to whole blocks of 64 bytes. */
function pad(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  out.set(bytes)
  out[bytes.length] = 0x80
  new DataView(out.buffer).setBigUint64(out.length - 8, BigInt(bytes.length) * 8n)
  return out
}

type Eight = [number, number, number, number, number, number, number, number]

const turn = (x: number, by: number) => (x >>> by) | (x << (32 - by))
const sigma0 = (x: number) => turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)
const sigma1 = (x: number) => turn(x, 17) ^ turn(x, 19) ^ (x >>> 10)
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const PRIMES = firstPrimes(64)
const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))
const FIRST = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))

/** The first 32 bits behind the point. */
function fraction(x: number): number {
  return ((x - Math.floor(x)) * 2 ** 32) | 0
}

function firstPrimes(count: number): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  }
  return primes
}
