import type { Preferences } from './records.ts';

/** Lets the phone be felt or heard, as far as the person wants it and the browser can. */
export function signal({ vibrate, sound }: Preferences): void {
  if (vibrate && 'vibrate' in navigator) navigator.vibrate([80, 60, 80]);
  if (sound) chime();
}

let audio: AudioContext | undefined;

/** Two short notes, made here: nothing is fetched. Silent until the person has touched the page once. */
function chime(): void {
  audio ??= new AudioContext();
  const start = audio.currentTime;
  for (const [at, frequency] of [
    [0, 660],
    [0.16, 880],
  ] as const) {
    const note = new OscillatorNode(audio, { frequency });
    const volume = new GainNode(audio, { gain: 0.15 });
    volume.gain.exponentialRampToValueAtTime(0.001, start + at + 0.15);
    note.connect(volume).connect(audio.destination);
    note.start(start + at);
    note.stop(start + at + 0.15);
  }
}
