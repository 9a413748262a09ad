/**
 * Whether this replica takes new calls: not while it drains, which it begins once, and not while its event loop is saturated.
 */
import { Injectable } from '@nestjs/common';

@Injectable()
export class Readiness {
  /** Set by who watches the event loop. */
  isSaturated = false;
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  beginDraining(): void {
    this.draining = true;
  }
}
