# The commands of a checklist, in its order: `SECTION <tab> COMMAND`. What stands in fences marked bash, and inline code
# that begins with a program. A fence's comments, and a bare assignment such as CACHE_ENABLED=false, run nothing.
/^##/ { section = $0; sub(/^#+ */, "", section); sub(/ *\(.*/, "", section) }
/^ *```bash/ { fenced = 1; next }
/^ *```/ { fenced = 0; next }
fenced {
  line = $0
  sub(/^ */, "", line); sub(/ +#.*$/, "", line)
  if (line != "" && line !~ /^#/ && line !~ /^[A-Z_]+=[^ ]*$/) print section "\t" line
  next
}
{
  count = split($0, part, "`")
  for (i = 2; i <= count; i += 2)
    if (part[i] ~ /^(docker-compose|curl|psql|pg_dump|cp|mkdir|python|pytest|lsof) /) print section "\t" part[i]
}
