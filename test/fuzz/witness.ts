/**
 * A call that has nothing to do with the attack. Both its sides send numbered frames throughout, and both must get every one of the
 * other's, in order and bit by bit.
 */
import { mediaOf, type Line } from './line.js';

const FRAME_MS = 20;
const FRAME_BYTES = 160;

function frameOf(number: number, side: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES, side);
  frame.writeUInt32BE(number, 0);
  return frame;
}

export class Witness {
  private sent = 0;
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly line: Line) {
    this.timer = setInterval(() => this.tick(), FRAME_MS);
  }

  static on(line: Line): Witness {
    return new Witness(line);
  }

  /** Frames that each side has sent. */
  get count(): number {
    return this.sent;
  }

  /** Says nothing any more. */
  stop(): void {
    clearInterval(this.timer);
  }

  /** What each side got of the other; resolves when all of it is there, or never will be. */
  async testimony(): Promise<{
    sent: number;
    caller: Buffer;
    agent: Buffer;
    expected: Record<'caller' | 'agent', Buffer>;
  }> {
    this.stop();
    const { talk, received } = this.line;
    const bytes = this.sent * FRAME_BYTES;
    await talk.until(({ audio }) => Buffer.concat(audio).length >= bytes);
    while (!this.line.isOver() && this.played(received).length < bytes)
      await new Promise((resolve) => this.line.socket.once('message', resolve));
    return {
      sent: this.sent,
      caller: Buffer.concat(talk.audio),
      agent: this.played(received),
      expected: { caller: this.all(0x11), agent: this.all(0x22) },
    };
  }

  private tick(): void {
    const { socket, talk, streamSid } = this.line;
    socket.send(mediaOf(streamSid, this.sent + 1, frameOf(this.sent, 0x11)));
    const audio = { audio_base_64: frameOf(this.sent, 0x22).toString('base64'), event_id: 1 };
    talk.says({ type: 'audio', audio_event: audio });
    this.sent += 1;
  }

  private all(side: number): Buffer {
    return Buffer.concat(Array.from({ length: this.sent }, (_each, number) => frameOf(number, side)));
  }

  private played(received: readonly string[]): Buffer {
    return Buffer.concat(
      received.flatMap((text) => {
        const { event, media } = JSON.parse(text) as { event: string; media?: { payload: string } };
        return event === 'media' && media ? [Buffer.from(media.payload, 'base64')] : [];
      }),
    );
  }
}
