//! Brokers, queues and stores that are asked by their own tools.

use super::tool::{Tool, guarded, tool};

/// Tools of services.
#[rustfmt::skip] // a row is a tool
pub const TOOLS: &[Tool] = &[
    guarded("kafka-topics|kafka-topics.sh", "--bootstrap-server= --zookeeper= --topic= --command-config=", &["+--list", "+--describe"], "--create --delete --alter"),
    guarded("kafka-consumer-groups|kafka-consumer-groups.sh", "--bootstrap-server= --group= --command-config= --all-groups", &["+--list", "+--describe"], "--delete --reset-offsets --delete-offsets --execute --export"),
    tool("kafka-broker-api-versions|kafka-broker-api-versions.sh", "", &["*"]),
    guarded("kcat|kafkacat", "-b= -t= -X=", &["-L", "-b _ -L"], "-P -F"),
    tool("kafka-console-producer|kafka-console-producer.sh|kafka-console-consumer|kafka-console-consumer.sh|kafka-configs|kafka-configs.sh", "", &[]),
    tool("rabbitmqadmin", "-H= -P= -u= -p= -V= --host= --port= --username= --password= --vhost=", &["list|show"]),
    tool("nats", "-s= --server= --context=", &["server check|list|info|ping|report", "stream|consumer|kv ls|info|report", "account info", "rtt"]),
    tool("mosquitto_sub|mosquitto_pub", "", &[]),
    tool("influx", "--host= -t= --token= -o= --org=", &["ping|version", "bucket|org|task list"]),
    tool("nodetool", "-h= -p=", &["status|info|ring|tpstats|describecluster|netstats|compactionstats|gossipinfo|version|statusgossip|tablestats|cfstats"]),
    tool("memcached-tool", "", &["_ stats|display|settings"]),
    tool("memcstat|memcping", "", &["*"]),
    guarded("airflow", "", &["version|info", "dags list|state|list-runs|list-import-errors|show", "tasks list|state", "pools|connections|variables|providers list", "db check|check-migrations", "config list|get-value", "jobs check"], "--save -s"),
    guarded("dbt", "--target= -t= --select= -s= --profiles-dir= --project-dir=", &["--version !", "debug|ls|list|parse", "source freshness"], "--target-path --log-path"),
    tool("barman", "", &["check|list-backup|list-backups|list-server|list-servers|status|show-backup|show-server|diagnose"]),
    tool("pgbackrest", "--stanza=", &["info|version|verify"]),
    tool("wal-g|wal-e", "", &["backup-list", "wal-show", "wal-verify"]),
    guarded("restic", "-r= --repo= -p= --password-file= -q", &["snapshots|ls|stats|diff|find|version|list"], "--password-command --option -o"),
    guarded("borg", "", &["list|info"], "--rsh --remote-path --patterns-from"),
    tool("pg_controldata|pg_verifybackup|pg_config|pg_lsclusters", "", &["*"]),
    tool("patronictl", "-c=", &["list|history|show-config|topology|version"]),
    tool("repmgr", "-f=", &["cluster show|event|matrix|crosscheck", "node status|check", "service status"]),
    tool("mongostat|mongotop", "", &["*"]),
    tool("createdb|dropdb|createuser|dropuser|vacuumdb|reindexdb|clusterdb|pg_ctl|pg_ctlcluster|pg_basebackup|pg_upgrade|initdb|mongodump|mongorestore|mongoimport|mongoexport|mysqlimport|mysql_upgrade|mariadb-dump|mysqlpump|mydumper|myloader|xtrabackup|innobackupex|redis-server|cqlsh|sqlcmd|sqlplus|clickhouse-client|snowsql|duckdb|pgloader|pgcli|mycli|litecli|usql|neo4j-admin|cypher-shell|elasticsearch-plugin|opensearch-plugin|curator|logstash|filebeat|metricbeat|telegraf|fluent-bit|fluentd|prometheus|alertmanager|grafana-cli|grafana-server|jaeger|otelcol|node_exporter|consul-template|envconsul|minio|smbclient|vsftpd|postfix|sendmail|mailx|swaks|msmtp|mutt|slack|rsnapshot|duplicity|rdiff-backup|bacula|keepalived|pcs|crm|drbdadm|mdadm|cryptsetup|spark-submit|hdfs|beeline|flink|sqoop|nifi|meltano", "", &["--version|-V|-v|version !"]),
];
