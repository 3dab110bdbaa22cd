/** The protocols that loopback venues speak, each loaded when it is asked for. */
import type { FaceKind } from './face.ts';

const FACES = {
  aster: async () => (await import('./aster/index.ts')).asterFace,
  backpack: async () => (await import('./backpack/index.ts')).backpackFace,
} satisfies Record<string, () => Promise<FaceKind>>;

export type FaceName = keyof typeof FACES;

/** Their names, as in `gridd sim-venue NAME`. */
export const FACE_NAMES = Object.keys(FACES) as readonly FaceName[];

/** Loads a protocol. */
export function faceNamed(name: FaceName): Promise<FaceKind> {
  return FACES[name]();
}
