/** What becomes of recordings that nobody finished, and of callbacks that are late, doubled and disordered. */
import type { CallRecording, RecordingStatus } from '../../src/core/call/call.js';
import {
  afterAsking,
  afterCallback,
  deletedBefore,
  isWhollyBefore,
  isWanted,
  remedyFor,
  type RecordingCallback,
} from '../../src/recordings/recording-decisions.js';
import { callWith, T0 } from '../support/builders.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const FIRST = `RE${'0'.repeat(31)}1`;
const SECOND_SID = `RE${'0'.repeat(31)}2`;

function recording(status: RecordingStatus, fields: Partial<CallRecording> = {}): CallRecording {
  return { status, source: 'twilio', twilioRecordingSid: null, durationSeconds: null, ...fields };
}

function told(status: RecordingCallback['status'], sid = FIRST): RecordingCallback {
  return { sid, status, durationSeconds: status === 'completed' ? 7 : null };
}

describe('a callback of Twilio', () => {
  it.each<[RecordingStatus, RecordingCallback['status'], RecordingStatus | undefined]>([
    ['pending', 'in-progress', 'recording'],
    ['pending', 'completed', 'ready'],
    ['pending', 'absent', 'absent'],
    ['recording', 'in-progress', undefined],
    ['recording', 'completed', 'ready'],
    ['recording', 'absent', 'absent'],
    ['ready', 'in-progress', undefined],
    ['ready', 'completed', undefined],
    ['ready', 'absent', undefined],
    ['absent', 'in-progress', undefined],
    ['absent', 'completed', 'ready'],
    ['failed', 'completed', 'ready'],
  ])('moves a recording that is %s and hears %s to %s', (status, heard, after) => {
    const sid = status === 'pending' ? null : FIRST;
    expect(afterCallback(recording(status, { twilioRecordingSid: sid }), told(heard))?.status).toBe(after);
  });

  it('about a second recording of the call changes nothing, unless the first has no sound', () => {
    const first = { twilioRecordingSid: FIRST };
    for (const status of ['in-progress', 'completed', 'absent'] as const)
      expect(afterCallback(recording('ready', first), told(status, SECOND_SID))).toBeUndefined();
    expect(afterCallback(recording('recording', first), told('completed', SECOND_SID))).toBeUndefined();
    expect(afterCallback(recording('absent', first), told('completed', SECOND_SID))).toEqual(
      recording('ready', { twilioRecordingSid: SECOND_SID, durationSeconds: 7 }),
    );
  });

  it('does not bring back what was deleted', () => {
    for (const sid of [FIRST, SECOND_SID])
      expect(
        afterCallback(recording('deleted', { twilioRecordingSid: FIRST }), told('completed', sid)),
      ).toBeUndefined();
  });

  it('about a call that is recorded here changes nothing', () => {
    expect(afterCallback(recording('recording', { source: 'service' }), told('completed'))).toBeUndefined();
  });
});

describe('a recording that Twilio was asked about', () => {
  const open = recording('recording');

  it('is what Twilio says', () => {
    const said = { sid: FIRST, durationSeconds: 7 };
    expect(afterAsking(open, { ...said, status: 'completed' }, MINUTE)).toEqual(
      recording('ready', { twilioRecordingSid: FIRST, durationSeconds: 7 }),
    );
    expect(afterAsking(open, { ...said, status: 'absent' }, MINUTE)?.status).toBe('absent');
    expect(afterAsking(open, undefined, MINUTE)?.status).toBe('absent');
  });

  it('is waited for a day while Twilio works on it, and then given up', () => {
    const works = { sid: FIRST, status: 'working', durationSeconds: null } as const;
    expect(afterAsking(open, works, DAY - 1)).toBeUndefined();
    expect(afterAsking(open, works, DAY)?.status).toBe('failed');
  });
});

describe('a recording that its call has left open', () => {
  const times = { answeredAt: T0, streamStartedAt: T0, endedAt: T0 };
  const ended = (fields: CallRecording, more: object = {}) =>
    callWith({ status: 'completed', recording: fields, times: { ...times, ...more } });
  const ours = ended(recording('recording', { source: 'service' }));
  const twilios = ended(recording('recording'));

  it.each([
    ['its file was written a moment ago', ours, T0, T0 + 29 * SECOND, 'leave'],
    ['its file rests', ours, T0, T0 + 30 * SECOND, 'repair'],
    ['its file is on another disk', ours, undefined, T0 + DAY - 1, 'leave'],
    ['its file is nowhere after a day', ours, undefined, T0 + DAY, 'failed'],
    [
      'nothing was ever written',
      ended(recording('pending', { source: 'service' })),
      undefined,
      T0 + DAY,
      'absent',
    ],
    [
      'no stream came',
      ended(recording('pending', { source: 'service' }), { streamStartedAt: null }),
      undefined,
      T0,
      'absent',
    ],
    ['Twilio’s callback may still come', twilios, undefined, T0 + 5 * MINUTE - 1, 'leave'],
    ['Twilio’s callback is overdue', twilios, undefined, T0 + 5 * MINUTE, 'ask-carrier'],
    ['nobody answered', ended(recording('pending'), { answeredAt: null }), undefined, T0, 'absent'],
  ] as const)('when %s', (_, call, writtenAt, now, remedy) => {
    expect(remedyFor(call, writtenAt, now)).toBe(remedy);
  });
});

it.each<[RecordingStatus, boolean]>([
  ['off', false],
  ['pending', true],
  ['recording', true],
  ['ready', true],
  ['absent', true],
  ['failed', false],
  ['deleted', false],
])('a stream of a call whose recording is %s is recorded: %p', (status, wanted) => {
  expect(isWanted(recording(status, { source: 'service' }))).toBe(wanted);
  expect(isWanted(recording(status))).toBe(false);
});

describe('retention', () => {
  it('keeps everything for ever when it is 0, and counts in days otherwise', () => {
    expect(deletedBefore(0, T0)).toBeUndefined();
    expect(deletedBefore(30, T0)).toBe(T0 - 30 * DAY);
  });

  it('takes a day only when it is over as a whole', () => {
    const midnight = Date.UTC(2026, 10, 24);
    expect(isWhollyBefore('2026-11-23', midnight)).toBe(true);
    expect(isWhollyBefore('2026-11-23', midnight - 1)).toBe(false);
  });
});
