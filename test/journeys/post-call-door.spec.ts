/** Who may tell what a conversation cost: the address of ElevenLabs' webhooks on the whole service. */
import { webhookSignature } from '../../src/simulators/elevenlabs/webhook-signature.js';
import { WholeSystem } from '../support/whole-system.js';

const SECRET = 'wsec_of_the_journey';
const agent = { firstMessage: 'Hi.', steps: [] };

function deepReport(): string {
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  return `{"conversation_id":"conv_of_others","analysis":{"data_collection_results":${deep}}}`;
}

describe('the door of post-call webhooks', () => {
  let system: WholeSystem;
  const post = async (body: string, signature?: string): Promise<{ status: number; code?: unknown }> => {
    const response = await fetch(`${system.url}/elevenlabs/webhook`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(signature === undefined ? {} : { 'elevenlabs-signature': signature }),
      },
      body,
    });
    const answer = (await response.json()) as Readonly<Record<string, unknown>>;
    return { status: response.status, ...('code' in answer ? { code: answer['code'] } : {}) };
  };
  const nowSecs = (): number => Math.floor(Date.now() / 1000);
  const FORGED = { status: 403, code: 'bad-webhook-signature' };
  const BODY = JSON.stringify({
    type: 'post_call_transcription',
    data: { conversation_id: 'conv_of_others' },
  });

  afterEach(() => system.stop());

  it('opens to a fresh signature over these bytes alone, and to no other', async () => {
    system = await WholeSystem.start({ agent, variables: { ELEVENLABS_WEBHOOK_SECRET: SECRET } });
    const signed = (seconds: number, body = BODY): string =>
      webhookSignature(SECRET, nowSecs() + seconds, body);
    expect(await post(BODY, signed(0))).toEqual({ status: 200 });
    expect(await post(BODY, signed(-1700))).toEqual({ status: 200 });
    expect(await post(BODY)).toEqual(FORGED);
    expect(await post(BODY, signed(-1900))).toEqual(FORGED);
    expect(await post(BODY, signed(1900))).toEqual(FORGED);
    expect(await post(`${BODY} `, signed(0))).toEqual(FORGED);
    expect(await post(BODY, webhookSignature('wsec_other', nowSecs(), BODY))).toEqual(FORGED);
    expect(await post('[1]', signed(0, '[1]'))).toEqual({ status: 400, code: 'malformed-body' });
    // Refused, ElevenLabs would send them again, and at last no more.
    for (const data of ['{"conversation_id":"conv\\u0000"}', deepReport()]) {
      const hostile = `{"type":"post_call_transcription","data":${data}}`;
      expect((await post(hostile, signed(0, hostile))).status).toBeLessThan(500);
    }
    // Far beyond what any other address takes.
    const large = JSON.stringify({ type: 'post_call_audio', data: { full_audio: 'QUJD'.repeat(2_000_000) } });
    expect(await post(large, signed(0, large))).toEqual({ status: 200 });
    const long = JSON.stringify({
      type: 'post_call_transcription',
      data: { transcript: 'x'.repeat(900_000) },
    });
    expect(await post(long, signed(0, long))).toEqual({ status: 200 });
  });

  it('is shut while there is no secret to check with', async () => {
    system = await WholeSystem.start({ agent });
    const signature = webhookSignature('', nowSecs(), BODY);
    expect(await post(BODY, signature)).toEqual({ status: 503, code: 'webhook-secret-unset' });
  });
});
