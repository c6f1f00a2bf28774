const HIGH_HZ = 880;
const LOW_HZ = 660;

let context: AudioContext | undefined;

/** Two soft notes. Silent where the browser wants a click first: the badge says the same. */
export function chime(): void {
  try {
    context ??= new AudioContext();
    const start = context.currentTime;
    [LOW_HZ, HIGH_HZ].forEach((pitch, i) => {
      const [tone, volume] = [context!.createOscillator(), context!.createGain()];
      const at = start + i * 0.14;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.08, at);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      tone.connect(volume).connect(context!.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    });
  } catch {
    return;
  }
}
