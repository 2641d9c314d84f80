"""A training whose process dies in the middle."""

from cnn.training.metrics_callback import MetricsCallback


def die_in_epoch(monkeypatch, number):
    """Let a training end with a KeyboardInterrupt as its epoch of this number, from 0, begins."""
    on_epoch_begin = MetricsCallback.on_epoch_begin

    def begin_or_die(self, epoch, logs=None):
        if epoch == number:
            raise KeyboardInterrupt
        on_epoch_begin(self, epoch, logs)

    monkeypatch.setattr(MetricsCallback, "on_epoch_begin", begin_or_die)
