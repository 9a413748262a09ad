/**
 * A sound as an answer of HTTP: whole or the range that was asked for, with what players and caches need to know of it.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { CordboardError } from '../core/errors.js';

export interface Sound {
  /** What it is saved as. */
  readonly fileName: string;
  /** Strong: the same tag means the same bytes. */
  readonly etag: string;
  /** Undefined when nobody knows before the end; ranges are not possible then. */
  readonly totalBytes: number | undefined;
  /** Both inclusive. */
  bytes(first: number, last: number): AsyncIterable<Uint8Array>;
  /** Lets go of it, read or not. */
  close(): Promise<void>;
}

/** @throws CordboardError `bad-range`. Answers itself otherwise, and closes the sound. */
export async function answerWith(sound: Sound, request: Request, response: Response): Promise<void> {
  try {
    response.setHeader('ETag', sound.etag);
    response.setHeader('Accept-Ranges', sound.totalBytes === undefined ? 'none' : 'bytes');
    // Kept by the listener alone, and asked for again each time: it may have grown, or have been deleted.
    response.setHeader('Cache-Control', 'private, no-cache');
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    const asked = rangeOf(sound, request, response);
    response.setHeader('Content-Type', 'audio/wav');
    response.setHeader('Content-Disposition', `inline; filename="${sound.fileName}"`);
    const { totalBytes } = sound;
    if (asked) {
      response.status(206);
      response.setHeader('Content-Range', `bytes ${asked.first}-${asked.last}/${totalBytes}`);
    }
    const { first, last } = asked ?? { first: 0, last: (totalBytes ?? Infinity) - 1 };
    if (totalBytes !== undefined) response.setHeader('Content-Length', last - first + 1);
    if (request.method === 'HEAD') response.end();
    else await pipeline(Readable.from(sound.bytes(first, last), { objectMode: false }), response);
  } catch (error) {
    // The listener has enough.
    if (!isLeft(error)) throw error;
  } finally {
    await sound.close();
  }
}

function isLeft(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** One range is served; of several, which may be answered with everything, none. */
function rangeOf(
  { totalBytes, etag }: Sound,
  request: Request,
  response: Response,
): { first: number; last: number } | undefined {
  if (totalBytes === undefined || !isRangeMeant(request, etag)) return undefined;
  // More of the end than there is, is everything (RFC 9110, 14.1.2); the parser takes it for a range outside.
  const ending = /^bytes=-(\d+)$/.exec(request.headers.range ?? '')?.[1];
  if (Number(ending) > totalBytes && totalBytes > 0) return { first: 0, last: totalBytes - 1 };
  const ranges = request.range(totalBytes, { combine: true });
  if (ranges === -1) {
    response.setHeader('Content-Range', `bytes */${totalBytes}`);
    throw new CordboardError('bad-range', `The recording has ${totalBytes} bytes.`);
  }
  if (!Array.isArray(ranges) || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  const [range] = ranges;
  return range && { first: range.start, last: range.end };
}

/** `If-Range`: the rest is wanted only of what was begun. */
export function isRangeMeant(request: Request, etag: string): boolean {
  const condition = request.headers['if-range'];
  return request.headers.range !== undefined && (condition === undefined || condition === etag);
}

/** So many bytes behind the first ones. */
export async function* slice(
  source: AsyncIterable<Uint8Array>,
  skipBytes: number,
  lengthBytes: number,
): AsyncGenerator<Uint8Array> {
  let skip = skipBytes;
  let left = lengthBytes;
  for await (const chunk of source) {
    const piece = chunk.subarray(skip, skip + Math.min(left, chunk.length));
    skip = Math.max(0, skip - chunk.length);
    left -= piece.length;
    if (piece.length > 0) yield piece;
    if (left <= 0) return;
  }
}
