# Broken states of Prometheus. See states.sh.
# shellcheck shell=bash

state prometheus-stopped deployed 'Prometheus is stopped'
prometheus-stopped.break() { compose stop --timeout 5 prometheus; }
prometheus-stopped.holds() { [ "$(state_of prometheus)" = exited ]; }
prometheus-stopped.mend() { compose start prometheus && ready prometheus; }

state container-killed deployed 'one container among the running ones has ended with exit code 137'
container-killed.break() { docker kill "$(container prometheus)"; }
container-killed.holds() { [ "$(inspect prometheus '{{.State.ExitCode}}')" = 137 ]; }
container-killed.mend() { compose start prometheus && ready prometheus; }

state prometheus-target-down deployed 'Prometheus scrapes the backend at a port where nothing answers'
prometheus-target-down.break() {
  local folder="$MEMORY/prometheus-target-down/config"
  cp -r "$WORK/config/prometheus" "$folder" && sed -i 's/backend:8000/backend:8001/' "$folder/prometheus.yml" &&
    overridden prometheus "volumes: ['$folder:/etc/prometheus:ro']"
}
prometheus-target-down.holds() { targets | has -x backend=down; }
prometheus-target-down.mend() { as_written prometheus; }
