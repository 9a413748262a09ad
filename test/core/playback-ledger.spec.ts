/** What the caller has heard, by elapsed time, marks and bytes together. */
import { PlaybackLedger } from '../../src/core/bridge/playback-ledger.js';

const MS = 8;

describe('the playback ledger', () => {
  it('lets elapsed time play what was sent, and not more than that', () => {
    const ledger = new PlaybackLedger();
    ledger.sent(1000 * MS, 1, 0);
    expect([0, 250, 1000, 5000].map((now) => ledger.heardBytes(now))).toEqual([0, 2000, 8000, 8000]);
    expect(ledger.owedMs(250)).toBe(750);
  });

  it('begins to play at once after a silence', () => {
    const ledger = new PlaybackLedger();
    ledger.sent(100 * MS, 1, 0);
    ledger.sent(100 * MS, 2, 5000);
    expect(ledger.owedMs(5000)).toBe(100);
    expect(ledger.heardOf(2, 5050)).toEqual({ eventId: 2, sentMs: 100, heardMs: 50 });
  });

  it('believes a mark that comes earlier than time allows', () => {
    const ledger = new PlaybackLedger();
    ledger.sent(1000 * MS, 1, 0);
    const mark = ledger.nextMark();
    ledger.sent(1000 * MS, 1, 0);
    expect(ledger.markPlayed(mark, 400)).toBe(true);
    expect(ledger.heardBytes(400)).toBe(1000 * MS);
    // From there on it goes on at the speed of speech.
    expect(ledger.heardBytes(900)).toBe(1500 * MS);
  });

  it('is not held back by a mark that comes late', () => {
    const ledger = new PlaybackLedger();
    ledger.sent(100 * MS, 1, 0);
    const mark = ledger.nextMark();
    ledger.sent(900 * MS, 1, 0);
    expect(ledger.heardBytes(500)).toBe(500 * MS);
    ledger.markPlayed(mark, 500);
    expect(ledger.heardBytes(500)).toBe(500 * MS);
    expect(ledger.owedMs(500)).toBe(500);
  });

  it('does without marks that are lost, and takes a later one for all before it', () => {
    const ledger = new PlaybackLedger();
    ledger.sent(100 * MS, 1, 0);
    const lost = ledger.nextMark();
    ledger.sent(100 * MS, 1, 0);
    const later = ledger.nextMark();
    expect(ledger.markPlayed(later, 10)).toBe(true);
    expect(ledger.heardBytes(10)).toBe(200 * MS);
    expect(ledger.markPlayed(lost, 20)).toBe(false);
  });

  it('takes neither a mark twice nor one that it never gave out', () => {
    const ledger = new PlaybackLedger();
    ledger.sent(100 * MS, 1, 0);
    const mark = ledger.nextMark();
    expect(ledger.markPlayed('g0:m77', 0)).toBe(false);
    expect(ledger.markPlayed(mark, 0)).toBe(true);
    expect(ledger.markPlayed(mark, 0)).toBe(false);
  });

  it('wants a mark for the first of what is sent, and for every half second after it', () => {
    const ledger = new PlaybackLedger();
    expect(ledger.isMarkDue).toBe(true);
    ledger.nextMark();
    ledger.sent(499 * MS, 1, 0);
    expect(ledger.isMarkDue).toBe(false);
    ledger.sent(1 * MS, 1, 0);
    expect(ledger.isMarkDue).toBe(true);
    ledger.nextMark();
    ledger.clear(100);
    expect(ledger.isMarkDue).toBe(true);
  });

  it('gives every mark another name, across generations too', () => {
    const ledger = new PlaybackLedger();
    const names = [ledger.nextMark(), ledger.nextMark()];
    ledger.clear(0);
    names.push(ledger.nextMark());
    expect(new Set(names).size).toBe(3);
  });

  it('lets the echo of a cleared mark prove nothing', () => {
    const ledger = new PlaybackLedger();
    ledger.sent(1000 * MS, 1, 0);
    const cleared = ledger.nextMark();
    ledger.clear(200);
    ledger.sent(1000 * MS, 2, 200);
    expect(ledger.markPlayed(cleared, 210)).toBe(false);
    expect(ledger.heardOf(2, 210)).toEqual({ eventId: 2, sentMs: 1000, heardMs: 10 });
  });

  it('tells what a cut threw away, for each response that was not heard out', () => {
    const ledger = new PlaybackLedger();
    ledger.sent(100 * MS, 1, 0);
    ledger.sent(400 * MS, 2, 0);
    ledger.sent(200 * MS, 2, 0);
    ledger.sent(300 * MS, 3, 0);
    expect(ledger.clear(250)).toEqual({
      clearedMs: 750,
      parts: [
        { eventId: 2, sentMs: 600, heardMs: 150 },
        { eventId: 3, sentMs: 300, heardMs: 0 },
      ],
    });
    expect(ledger.owedMs(250)).toBe(0);
    expect(ledger.clear(250)).toEqual({ clearedMs: 0, parts: [] });
  });

  it('stays between what marks prove and what was sent, whatever comes in whatever order', () => {
    const ledger = new PlaybackLedger();
    let sent = 0;
    let proven = 0;
    let now = 0;
    const marks: { name: string; at: number }[] = [];
    const faults: unknown[] = [];
    for (let step = 0; step < 5000; step += 1) {
      const kind = (step * 7919) % 10;
      now += (step * 31) % 45;
      if (kind < 6) {
        const bytes = ((step * 13) % 400) + 1;
        ledger.sent(bytes, step % 50, now);
        sent += bytes;
        marks.push({ name: ledger.nextMark(), at: sent });
      } else if (kind < 9) {
        const mark = marks.splice(0, 1 + (step % 3)).at(-1);
        if (mark && ledger.markPlayed(mark.name, now)) proven = Math.max(proven, mark.at);
      } else if (step % 70 === 9) {
        ledger.clear(now);
        sent = ledger.heardBytes(now);
        proven = sent;
        marks.length = 0;
      }
      const heard = ledger.heardBytes(now);
      const owed = Math.abs(ledger.owedMs(now) - (sent - heard) / MS);
      if (heard < proven || heard > sent || owed > 1e-6) faults.push({ step, heard, proven, sent });
    }
    expect(faults).toEqual([]);
  });
});
