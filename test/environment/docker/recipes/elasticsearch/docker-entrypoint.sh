#!/bin/bash
# As in the official image: variables with dots are settings, and another command runs as it is.
[ "${1:-}" = eswrapper ] || exec "$@"
settings=()
while IFS='=' read -r name value; do
  [[ $name =~ ^[a-z0-9_]+(\.[a-z0-9_]+)+$ ]] && settings+=("-E$name=$value")
done < <(env)
exec elasticsearch "${settings[@]}"
