/** What the rules for the body of a call let through is what the types say, whatever came in. */
import * as fc from 'fast-check';
import { PlaceCallDto } from '../../src/calls/calls.dto.js';
import { CordboardError } from '../../src/core/errors.js';
import { inputPipe } from '../../src/ops/input.pipe.js';
import { assail, INPUTS, LIMIT_MS, nastyValue, spoilt } from './hostile.js';

const GOOD = {
  to: '+14155550123',
  from: '+14155550100',
  agentId: 'agent_1',
  variables: { name: 'John', age: 7, vip: true },
  overrides: { firstMessage: 'Hi', prompt: 'Be kind', language: 'en', voiceId: 'voice_1' },
  metadata: { order: '4711' },
  ringTimeoutSeconds: 30,
  maxDurationSeconds: 60,
  record: true,
  webhookUrl: 'https://app.example.com/hooks',
  machineDetection: 'off',
};

const isText = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string';
const isRecord = (value: unknown, isPart: (part: unknown) => boolean): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'object' && !Array.isArray(value) && Object.values(value).every((part) => isPart(part)));

function isAsItShouldBe(body: PlaceCallDto): boolean {
  const { variables, overrides, metadata, ringTimeoutSeconds, maxDurationSeconds, record } = body;
  const texts = [body.from, body.agentId, body.webhookUrl, body.machineDetection];
  return (
    /^\+[1-9]\d{1,14}$/.test(body.to) &&
    texts.every((text) => isText(text)) &&
    isRecord(variables, (part) => ['string', 'number', 'boolean'].includes(typeof part)) &&
    isRecord(overrides, (part) => isText(part)) &&
    isRecord(metadata, (part) => typeof part === 'string') &&
    [ringTimeoutSeconds, maxDurationSeconds].every(
      (one) => one === undefined || one === null || Number.isInteger(one),
    ) &&
    (record === undefined || record === null || typeof record === 'boolean') &&
    Object.keys(body).every((name) => name in GOOD)
  );
}

describe('the rules for the body of a call', () => {
  const pipe = inputPipe();
  let taken = 0;

  it(
    'let nothing through that the types do not promise',
    async () => {
      await assail(
        INPUTS.callBody,
        50,
        fc.oneof({ weight: 9, arbitrary: spoilt(GOOD) }, nastyValue),
        async (bodies) => {
          for (const body of bodies) {
            try {
              const checked = (await pipe.transform(body, {
                type: 'body',
                metatype: PlaceCallDto,
              })) as PlaceCallDto;
              if (!isAsItShouldBe(checked))
                throw new Error(`let through: ${JSON.stringify(body).slice(0, 800)}`);
              taken += 1;
            } catch (error) {
              if (!(error instanceof CordboardError)) throw error;
              expect(error).toMatchObject({
                code: 'bad-input',
                faults: expect.arrayContaining([expect.anything()]),
              });
            }
          }
        },
      );
      expect(taken).toBeGreaterThan(INPUTS.callBody / 50);
    },
    LIMIT_MS,
  );
});
