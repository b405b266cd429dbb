// A storm of signals that interrupt system calls, and what a test asks about signals.
#ifndef SIGNAL_STORM_H
#define SIGNAL_STORM_H

/// Undoes what the parent held back or ignored, which a program inherits.
void signals_reset(void);

/// Starts a timer that interrupts this process every so many microseconds; no call is restarted by the kernel.
void storm_start(int microseconds);

/// Stops the timer.
void storm_stop(void);

/// Signals that were handled since the program began.
long storm_count(void);

/// Keeps the storm away from the calling thread.
void storm_shelter(void);

/// 1 when SIGPIPE has its default effect and is not held back in the calling thread.
int sigpipe_is_untouched(void);

#endif
