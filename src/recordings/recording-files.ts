/**
 * Where recordings lie: `<DATA_DIR>/recordings/<yyyy>/<mm>/<dd>/<call>.wav`, by the day (UTC) on which the call was made.
 */
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Call } from '../core/call/call.js';
import { isMissing, WavFile } from './wav-file.js';

/** Ids become names of files, so nothing else may pass: no dot, no slash. */
const ID = /^call_[A-Za-z0-9]+$/;
const YEAR = /^\d{4}$/;
const TWO_DIGITS = /^\d{2}$/;

export type FiledCall = Pick<Call, 'id'> & { readonly times: Pick<Call['times'], 'createdAt'> };

@Injectable()
export class RecordingFiles {
  private readonly dataDir: string;
  private readonly root: string;

  constructor({ DATA_DIR }: Environment) {
    this.dataDir = path.resolve(DATA_DIR);
    this.root = path.join(this.dataDir, 'recordings');
  }

  pathOf({ id, times }: FiledCall): string {
    if (!ID.test(id)) throw new Error('the id of a call cannot be the name of a file');
    const [year = '', month = '', day = ''] = new Date(times.createdAt).toISOString().slice(0, 10).split('-');
    return path.join(this.root, year, month, day, `${id}.wav`);
  }

  /** A new file, or the one there is, to go on behind what it holds. */
  async create(call: FiledCall): Promise<WavFile> {
    // The embedded Postgres may run as another user and has to pass through; only what is below is ours alone.
    await mkdir(this.dataDir, { recursive: true });
    return WavFile.open(this.pathOf(call));
  }

  /** For reading; undefined when there is no such file here. */
  async read(call: FiledCall): Promise<FileHandle | undefined> {
    try {
      return await open(this.pathOf(call), 'r');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** When the file was last written, milliseconds since the Unix epoch; undefined when there is none here. */
  async writtenAt(call: FiledCall): Promise<number | undefined> {
    try {
      return (await stat(this.pathOf(call))).mtimeMs;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Gives a file that was never finished its true header. @returns its samples of both voices. */
  async repair(call: FiledCall): Promise<number> {
    const file = await this.create(call);
    await file.finish();
    return file.frames;
  }

  async remove(call: FiledCall): Promise<void> {
    await rm(this.pathOf(call), { force: true });
  }

  /** Days of which there are files, as `yyyy-mm-dd`, oldest first. */
  async days(): Promise<readonly string[]> {
    const days: string[] = [];
    for (const year of await namesIn(this.root, YEAR)) {
      for (const month of await namesIn(path.join(this.root, year), TWO_DIGITS)) {
        const names = await namesIn(path.join(this.root, year, month), TWO_DIGITS);
        days.push(...names.map((day) => `${year}-${month}-${day}`));
      }
    }
    return days;
  }

  async removeDay(day: string): Promise<void> {
    await rm(path.join(this.root, ...day.split('-')), { recursive: true, force: true });
  }
}

async function namesIn(directory: string, wanted: RegExp): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => wanted.test(name)).toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
