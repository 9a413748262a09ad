/** Recordings that a crash left open are finished, and old ones are deleted: on the disk, at Twilio, and on record. */
import { readFile, stat, truncate, utimes } from 'node:fs/promises';
import type { Call, CallRecording, RecordingStatus } from '../../src/core/call/call.js';
import type { Database } from '../../src/persistence/database.js';
import { readWav } from '../../src/simulators/sound/wav.js';
import type { CallFields } from '../support/builders.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';
import { RecordingsRig } from './recordings-rig.js';

const SECOND = 8000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SID = `RE${'0'.repeat(31)}1`;

function recording(status: RecordingStatus, fields: Partial<CallRecording> = {}): CallRecording {
  return { status, source: 'service', twilioRecordingSid: null, durationSeconds: null, ...fields };
}

describe('recordings', () => {
  let database: Database;
  let rig: RecordingsRig;

  beforeEach(async () => {
    database = openDatabase(await newDatabaseUrl());
    rig = await RecordingsRig.on(database, { RECORDING_RETENTION_DAYS: '30' });
  });
  afterEach(async () => {
    await rig.stop();
    await database.close();
  });

  const endedAgo = (ms: number, status: CallRecording, fields: CallFields = {}): Promise<Call> => {
    const at = rig.clock.now() - ms;
    const times = { createdAt: at, answeredAt: at, streamStartedAt: at, endedAt: at };
    return rig.given({
      status: 'completed',
      endReason: 'caller-hung-up',
      recording: status,
      times,
      ...fields,
    });
  };
  const statusOf = async ({ id }: Call): Promise<string> => (await rig.read(id)).recording.status;
  const eventsOf = async ({ id }: Call): Promise<unknown[]> =>
    (await rig.store.events(id, 0, 100))
      .filter(({ type }) => type === 'recording.changed')
      .map(({ details }) => details['status']);
  const isOnDisk = async (call: Call): Promise<boolean> => (await rig.files.writtenAt(call)) !== undefined;

  /** What a killed process leaves: sound, a torn sample, and a header from before it. */
  async function leaveOpen(call: Call, restedMs: number): Promise<string> {
    const file = await rig.files.create(call);
    await file.append(new Int16Array(2 * SECOND).fill(1000));
    const filePath = rig.files.pathOf(call);
    await truncate(filePath, (await stat(filePath)).size + 3);
    const at = new Date(rig.clock.now() - restedMs);
    await utimes(filePath, at, at);
    return filePath;
  }

  it('that a crash left open get a true header and are ready', async () => {
    const call = await endedAgo(MINUTE_MS, recording('recording'));
    const filePath = await leaveOpen(call, MINUTE_MS);
    expect(readWav(await readFile(filePath)).channels[0]).toHaveLength(0);
    await rig.looksAfter();
    expect((await rig.read(call.id)).recording).toEqual(recording('ready', { durationSeconds: 1 }));
    expect(readWav(await readFile(filePath)).channels[1]).toEqual(new Int16Array(SECOND).fill(1000));
    expect((await stat(filePath)).size).toBe(44 + SECOND * 4);
    expect(await eventsOf(call)).toEqual(['ready']);
    await rig.looksAfter();
    expect(await eventsOf(call)).toEqual(['ready']);
    expect(await rig.metrics.registry.metrics()).toMatch(
      /recordings_total\{source="service",outcome="ready"[^}]*\} 1/,
    );
  });

  it('that somebody still writes are left alone', async () => {
    const call = await endedAgo(MINUTE_MS, recording('recording'));
    const filePath = await leaveOpen(call, 1000);
    await rig.looksAfter();
    expect(await statusOf(call)).toBe('recording');
    expect((await stat(filePath)).size).toBe(44 + SECOND * 4 + 3);
  });

  it('that are empty are nothing, and no file', async () => {
    const call = await endedAgo(MINUTE_MS, recording('recording'));
    await (await rig.files.create(call)).finish();
    await utimes(rig.files.pathOf(call), 0, 0);
    await rig.looksAfter();
    expect([await statusOf(call), await isOnDisk(call)]).toEqual(['absent', false]);
  });

  it('on the disk of another replica are left to it', async () => {
    const call = await endedAgo(MINUTE_MS, recording('recording'));
    await rig.looksAfter();
    expect(await statusOf(call)).toBe('recording');
  });

  it('of Twilio whose callback never came are asked for', async () => {
    const call = await endedAgo(6 * MINUTE_MS, recording('recording', { source: 'twilio' }), {
      twilioCallSid: `CA${'0'.repeat(32)}`,
    });
    rig.twilio.known = { sid: SID, status: 'completed', durationSeconds: 9 };
    await rig.looksAfter();
    expect((await rig.read(call.id)).recording).toEqual(
      recording('ready', { source: 'twilio', twilioRecordingSid: SID, durationSeconds: 9 }),
    );
  });

  it('are deleted by age, here and at Twilio, and the timeline tells', async () => {
    const young = await endedAgo(29 * DAY_MS, recording('ready'));
    const old = await endedAgo(31 * DAY_MS, recording('ready'));
    const failed = await endedAgo(31 * DAY_MS, recording('failed'));
    const twilios = await endedAgo(
      32 * DAY_MS,
      recording('ready', { source: 'twilio', twilioRecordingSid: SID }),
    );
    const never = await endedAgo(32 * DAY_MS, recording('absent'));
    for (const call of [young, old, failed]) await (await rig.files.create(call)).finish();
    await rig.looksAfter();
    expect(await Promise.all([young, old, failed, twilios, never].map(statusOf))).toEqual([
      'ready',
      'deleted',
      'deleted',
      'deleted',
      'absent',
    ]);
    expect(await Promise.all([young, old, failed].map(isOnDisk))).toEqual([true, false, false]);
    expect(rig.twilio.removed).toEqual([SID]);
    expect(await eventsOf(old)).toEqual(['deleted']);
  });

  it('that Twilio does not delete today keep nobody else’s, and are tried again', async () => {
    const stuck = await endedAgo(
      40 * DAY_MS,
      recording('ready', { source: 'twilio', twilioRecordingSid: SID }),
    );
    const next = await endedAgo(35 * DAY_MS, recording('ready'));
    rig.twilio.refusesToRemove.add(SID);
    await rig.looksAfter();
    expect([await statusOf(stuck), await statusOf(next)]).toEqual(['ready', 'deleted']);
  });

  it.each(['pending', 'absent', 'failed', 'ready'] as const)(
    'that Twilio made and are %s here go with the person, and do not come back',
    async (status) => {
      const call = await endedAgo(MINUTE_MS, recording(status, { source: 'twilio' }), {
        twilioCallSid: `CA${'0'.repeat(32)}`,
      });
      rig.twilio.others = [SID];
      await rig.service.erase(call);
      expect([await statusOf(call), rig.twilio.removed]).toEqual(['deleted', [SID]]);
      const late = `RE${'0'.repeat(31)}2`;
      await rig.carrierRecorder.told(call.id, { sid: late, status: 'completed', durationSeconds: 9 });
      expect([await statusOf(call), rig.twilio.removed]).toEqual(['deleted', [SID, late]]);
    },
  );

  it('of which there is nothing go with the person too', async () => {
    const [absent, never, off] = [
      await endedAgo(MINUTE_MS, recording('absent')),
      await endedAgo(MINUTE_MS, recording('pending'), { times: { streamStartedAt: null } }),
      await endedAgo(MINUTE_MS, recording('off', { source: null })),
    ];
    for (const call of [absent, never, off]) await rig.service.erase(call);
    expect(await Promise.all([absent, never, off].map(statusOf))).toEqual(['deleted', 'deleted', 'off']);
  });

  it('whose calls nobody knows any more go with their day', async () => {
    const stray = {
      id: `call_${'f'.repeat(32)}`,
      times: { createdAt: rig.clock.now() - 40 * DAY_MS },
    } as const;
    const file = await rig.files.create(stray);
    await file.finish();
    await rig.looksAfter();
    expect(await rig.files.writtenAt(stray)).toBeUndefined();
  });
});
