import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { noS3Server, type S3Server, startS3Server } from '../../e2e/setup/s3.ts'
import { describeUnless } from '../../scripts/describe-unless.ts'
import { describeObjectStore } from './object-store.suite.ts'
import { openObjectStore } from './open.ts'

describeUnless(noS3Server(), 'an S3-compatible server', {}, () => {
  let server: S3Server
  let buckets = 0
  beforeAll(async () => {
    server = await startS3Server()
    for (const [name, value] of Object.entries(server.env)) vi.stubEnv(name, value)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await server?.stop()
  })
  const fresh = (folder: string) => {
    const name = `bucket-${buckets++}`
    server.bucket(name)
    return `s3://${name}${folder}`
  }

  describeObjectStore(() => openObjectStore(fresh('/team/whippet/')))

  test('a whole bucket is a place too', async () => {
    const store = await openObjectStore(fresh(''))
    await store.put('a', import.meta.filename)
    expect(await store.list('')).toEqual(['a'])
  })

  test('two folders of one bucket see nothing of each other', async () => {
    const bucket = fresh('')
    const [one, other] = [await openObjectStore(`${bucket}/one`), await openObjectStore(`${bucket}/on`)]
    await one.put('a', import.meta.filename)
    expect([await other.has('a'), await other.list('')]).toEqual([false, []])
  })

  test('what is wrong is said: no bucket, a wrong key, no server', async () => {
    const put = async (address: string) => (await openObjectStore(address)).put('a', import.meta.filename)
    await expect(put('s3://nobody-made-this')).rejects.toMatchObject({ code: 'objects/no-bucket' })
    const bucket = fresh('')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong')
    await expect(put(bucket)).rejects.toMatchObject({ code: 'objects/denied' })
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.env.AWS_SECRET_ACCESS_KEY)
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1')
    await expect(put(bucket)).rejects.toMatchObject({ code: 'objects/unreachable' })
    vi.stubEnv('AWS_ENDPOINT_URL', server.env.AWS_ENDPOINT_URL)
  })
})
