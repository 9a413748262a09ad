/** One person's calls, of which something cannot be deleted: the others are erased all the same. */
import { jest } from '@jest/globals';
import type { CallJournal } from '../../src/calls/call-journal.js';
import type { Call } from '../../src/core/call/call.js';
import type { PersonalDataStore } from '../../src/core/call/personal-data.store.js';
import type { Conversations } from '../../src/core/cost/conversations.js';
import { CordboardError } from '../../src/core/errors.js';
import { ErasuresService } from '../../src/privacy/erasures.service.js';
import type { RecordingsService } from '../../src/recordings/recordings.service.js';
import { callWith, silentLogger } from '../support/builders.js';
import { FakeCarrier } from '../support/fake-carrier.js';
import { ManualClock } from '../support/manual-clock.js';

const calls = [callWith({ status: 'completed' }), callWith({ status: 'completed' })];

function serviceWhere(
  erase: (call: Call) => Promise<void>,
  ofPerson: readonly Call[] = calls,
  remove: (conversationId: string) => Promise<void> = () => Promise.resolve(),
): ErasuresService {
  const store: Pick<PersonalDataStore, 'ofPerson'> = {
    ofPerson: (_number, _limit, behind) => Promise.resolve(behind ? [] : ofPerson),
  };
  const journal: Pick<CallJournal, 'write'> = {
    write: () => Promise.resolve({ call: undefined, isNew: true }),
  };
  return new ErasuresService(
    store as PersonalDataStore,
    { erase: jest.fn(erase) } as unknown as RecordingsService,
    { remove } as unknown as Conversations,
    new FakeCarrier(new ManualClock()),
    journal as CallJournal,
    silentLogger(),
  );
}

describe('an erasure', () => {
  it('goes on behind a file that cannot be deleted, and names its call', async () => {
    const denied = Object.assign(new Error('EACCES: permission denied, unlink x.wav'), { code: 'EACCES' });
    const service = serviceWhere(({ id }) =>
      id === calls[0]?.id ? Promise.reject(denied) : Promise.resolve(),
    );
    expect(await service.erase('+14155550123')).toMatchObject({
      erased: 1,
      failed: [{ callId: calls[0]?.id, at: 'recording' }],
      complete: true,
    });
  });

  it('deletes every conversation of a call', async () => {
    const removed: string[] = [];
    const call = callWith({
      status: 'completed',
      conversationId: 'conv_3',
      earlierConversationIds: ['conv_1', 'conv_2'],
    });
    const service = serviceWhere(
      () => Promise.resolve(),
      [call],
      (id) => Promise.resolve(void removed.push(id)),
    );
    expect(await service.erase('+14155550123')).toMatchObject({ erased: 1, failed: [] });
    expect(removed.toSorted()).toEqual(['conv_1', 'conv_2', 'conv_3']);
  });

  it('breaks off while the store is away, since nothing of it could be told', async () => {
    const service = serviceWhere(() => Promise.reject(new CordboardError('store-away')));
    await expect(service.erase('+14155550123')).rejects.toMatchObject({ code: 'store-away' });
  });
});
