import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { checkKey, type ObjectStore } from './object-store.ts'
import { denied, noBucket, unreachable } from './problems.ts'

/** A bucket, and the folder within it; '' for all of it. */
export type S3Place = { readonly bucket: string; readonly folder: string }

/**
 * An S3-compatible store. Who one is and where it is comes from the environment, as with every AWS tool:
 * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, and `AWS_ENDPOINT_URL` for anybody else's store. Whole
 * objects are checked by the CRC that travels with them.
 */
export function s3Store({ bucket, folder }: S3Place): ObjectStore {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL
  const client = new S3Client({
    region: process.env.AWS_REGION ?? 'us-east-1',
    // Stores of one's own seldom have a host name per bucket.
    ...(endpoint && { endpoint, forcePathStyle: true }),
  })
  const place = `s3://${bucket}${folder === '' ? '' : `/${folder}`}`
  const prefix = folder === '' ? '' : `${folder}/`
  const at = (key: string) => ({ Bucket: bucket, Key: prefix + checkKey(key) })
  const ask = <T>(work: Promise<T>) =>
    work.catch((cause) => {
      throw troubleOf(cause, place)
    })
  return {
    place,
    async put(key, file) {
      const { size } = await stat(file)
      // The client tries again by itself what it can send twice.
      const body = size <= AT_ONCE_BYTES ? await readFile(file) : createReadStream(file)
      await ask(client.send(new PutObjectCommand({ ...at(key), Body: body, ContentLength: size })))
    },
    async get(key, file) {
      const found = await ask(orUndefined(client.send(new GetObjectCommand(at(key)))))
      if (!found) return false
      await ask(writeWhole(found.Body as Readable, file))
      return true
    },
    has: async (key) => (await ask(orUndefined(client.send(new HeadObjectCommand(at(key)))))) !== undefined,
    async list(wanted) {
      const keys: string[] = []
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix + wanted })
      const read = async () => {
        for await (const { Contents } of pages)
          for (const { Key } of Contents ?? []) keys.push(Key!.slice(prefix.length))
      }
      await ask(read())
      return keys.sort()
    },
    async remove(key) {
      await ask(client.send(new DeleteObjectCommand(at(key))))
    },
  }
}

const AT_ONCE_BYTES = 64 << 20

async function writeWhole(from: Readable, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}-${performance.now()}.part`
  try {
    await pipeline(from, createWriteStream(temporary, { flush: true }))
    await rename(temporary, file)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}

type S3Error = { readonly name?: string; readonly $metadata?: { readonly httpStatusCode?: number } }

/** A key without a file is an answer; a bucket that isn't there is trouble. */
async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((thrown: S3Error) => {
    if (thrown.name === 'NoSuchKey' || thrown.name === 'NotFound') return undefined
    throw thrown
  })
}

function troubleOf(cause: unknown, place: string) {
  const { name, $metadata } = (cause ?? {}) as S3Error
  if (name === 'NoSuchBucket') return noBucket(place, cause)
  const isDenied = $metadata?.httpStatusCode === 401 || $metadata?.httpStatusCode === 403
  if (isDenied || name === 'CredentialsProviderError') return denied(place, cause)
  return unreachable(place, cause)
}
