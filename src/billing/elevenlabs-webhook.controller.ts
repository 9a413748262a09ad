/**
 * The address that ElevenLabs posts to after conversations. Its door is the signature; its body is read here and by no parser,
 * because the signature is over the bytes, and they can be many.
 */
import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Environment } from '../config/environment.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { Public } from '../ops/api-key.guard.js';
import { Metrics } from '../ops/metrics.js';
import { ApiProblems } from '../ops/problem.js';
import { PostCallInbox } from './post-call-inbox.js';
import { SignedBodies } from './signed-bodies.js';
import { isTimely, readSignature, type ClaimedSignature } from './webhook-signature.js';

export const ELEVENLABS_WEBHOOK_PATH = '/elevenlabs/webhook';

export class ReceivedDto {
  @ApiProperty({ example: true })
  received!: boolean;
}

@ApiTags('ElevenLabs')
@Controller()
export class ElevenLabsWebhookController {
  constructor(
    private readonly environment: Environment,
    private readonly bodies: SignedBodies,
    private readonly inbox: PostCallInbox,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  @ApiOperation({
    summary: "Take ElevenLabs' post-call webhook.",
    description:
      'Cost and analysis of `post_call_transcription` go on the record of the call; other types, and conversations that are none of ours, are answered with 200 and change nothing. The same one twice is the same as once.',
  })
  @ApiHeader({
    name: 'ElevenLabs-Signature',
    required: true,
    description:
      '`t=<unix seconds>,v0=<hex>`: HMAC-SHA256 over time, point and body, at most 30 minutes off.',
  })
  @ApiConsumes('application/json')
  @ApiOkResponse({ type: ReceivedDto })
  @ApiProblems(
    'malformed-body',
    'bad-webhook-signature',
    'body-too-large',
    'webhook-secret-unset',
    'too-many-bodies',
    'store-away',
    'internal',
  )
  @Public()
  @Post(ELEVENLABS_WEBHOOK_PATH)
  @HttpCode(200)
  async receive(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReceivedDto> {
    try {
      await this.take(request);
      return { received: true };
    } catch (error) {
      // What was not read is not waited for.
      if (!request.readableEnded) response.setHeader('Connection', 'close');
      throw error;
    }
  }

  private async take(request: Request): Promise<void> {
    const secret = this.environment.ELEVENLABS_WEBHOOK_SECRET;
    if (secret === undefined) throw this.refusal('webhook-secret-unset');
    const body = await this.bodies.read(request, secret, this.claimed(request));
    if (body.kind === 'forged') throw this.refusal('bad-webhook-signature');
    if (body.kind === 'kept') await this.inbox.take(body.text);
    else this.inbox.passOver(body.kind);
  }

  /** Before a byte of the body is read. */
  private claimed(request: Request): ClaimedSignature {
    const header = request.headers['elevenlabs-signature'];
    const claimed = readSignature(typeof header === 'string' ? header : undefined);
    if (claimed && isTimely(claimed, this.clock.now())) return claimed;
    throw this.refusal('bad-webhook-signature');
  }

  private refusal(code: 'webhook-secret-unset' | 'bad-webhook-signature'): CordboardError {
    this.metrics.refusedDoors.inc({ door: 'elevenlabs-signature' });
    return new CordboardError(code);
  }
}
