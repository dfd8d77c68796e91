/** The tables of a UsenetSync database, as UsenetSync itself makes them. */
export const TABLES = `
CREATE TABLE entities (entity_id TEXT PRIMARY KEY, entity_type VARCHAR(50) NOT NULL, parent_id TEXT, name TEXT,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT, CHECK
  (entity_type IN ('folder', 'file', 'segment', 'share', 'user', 'commitment')));
CREATE TABLE folders (id INTEGER PRIMARY KEY AUTOINCREMENT, folder_id TEXT UNIQUE NOT NULL, path TEXT NOT NULL, name
  TEXT NOT NULL, owner_id TEXT, private_key TEXT, public_key TEXT, total_size INTEGER DEFAULT 0, file_count INTEGER
  DEFAULT 0, segment_count INTEGER DEFAULT 0, version INTEGER DEFAULT 1, last_indexed TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP, last_modified TIMESTAMP DEFAULT CURRENT_TIMESTAMP, encryption_enabled BOOLEAN DEFAULT TRUE,
  compression_enabled BOOLEAN DEFAULT TRUE, redundancy_level INTEGER DEFAULT 3, status VARCHAR(50) DEFAULT 'active',
  metadata TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE files (id INTEGER PRIMARY KEY AUTOINCREMENT, file_id TEXT UNIQUE NOT NULL, folder_id TEXT NOT NULL, path
  TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, hash VARCHAR(64), mime_type VARCHAR(255), version INTEGER
  DEFAULT 1, previous_version INTEGER, change_type VARCHAR(20), segment_size INTEGER DEFAULT 768000, total_segments
  INTEGER DEFAULT 0, uploaded_segments INTEGER DEFAULT 0, compression_ratio REAL, encryption_key TEXT,
  internal_subject VARCHAR(64), status VARCHAR(50) DEFAULT 'indexed', error_message TEXT, indexed_at TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP, modified_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, uploaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  metadata TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, CHECK (change_type IN ('added', 'modified',
  'deleted', 'unchanged')));
CREATE TABLE segments (id INTEGER PRIMARY KEY AUTOINCREMENT, segment_id TEXT NOT NULL, file_id TEXT NOT NULL,
  segment_index INTEGER NOT NULL, redundancy_index INTEGER DEFAULT 0, size INTEGER NOT NULL, compressed_size INTEGER,
  hash VARCHAR(64) NOT NULL, offset_start INTEGER, offset_end INTEGER, message_id TEXT, subject TEXT, internal_subject
  VARCHAR(64), newsgroup VARCHAR(255), server VARCHAR(255), packed_segment_id TEXT, packing_index INTEGER,
  encryption_iv TEXT, upload_status VARCHAR(50) DEFAULT 'pending', upload_attempts INTEGER DEFAULT 0, uploaded_at
  TIMESTAMP DEFAULT CURRENT_TIMESTAMP, error_message TEXT, metadata TEXT, created_at TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP, UNIQUE(segment_id, redundancy_index), CHECK (upload_status IN ('pending', 'uploading',
  'uploaded', 'failed', 'cancelled')));
CREATE TABLE packed_segments (id INTEGER PRIMARY KEY AUTOINCREMENT, packed_segment_id TEXT UNIQUE NOT NULL, total_size
  INTEGER NOT NULL, file_count INTEGER NOT NULL, compression_type VARCHAR(50), compressed_size INTEGER, hash
  VARCHAR(64), message_id TEXT, subject TEXT, newsgroup VARCHAR(255), upload_status VARCHAR(50) DEFAULT 'pending',
  uploaded_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE upload_queue (id INTEGER PRIMARY KEY AUTOINCREMENT, queue_id TEXT UNIQUE NOT NULL, entity_id TEXT NOT
  NULL, entity_type VARCHAR(50) NOT NULL, priority INTEGER DEFAULT 5, state VARCHAR(50) DEFAULT 'queued', progress
  REAL DEFAULT 0.0, total_size INTEGER, uploaded_size INTEGER DEFAULT 0, retry_count INTEGER DEFAULT 0, max_retries
  INTEGER DEFAULT 3, session_id TEXT, worker_id VARCHAR(255), error_message TEXT, queued_at TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP, started_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, completed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  metadata TEXT, CHECK (priority BETWEEN 1 AND 10), CHECK (state IN ('queued', 'uploading', 'completed', 'failed',
  'cancelled', 'retrying', 'paused')));
CREATE TABLE download_queue (id INTEGER PRIMARY KEY AUTOINCREMENT, queue_id TEXT UNIQUE NOT NULL, entity_id TEXT NOT
  NULL, entity_type VARCHAR(50) NOT NULL, priority INTEGER DEFAULT 5, state VARCHAR(50) DEFAULT 'queued', progress
  REAL DEFAULT 0.0, total_size INTEGER, downloaded_size INTEGER DEFAULT 0, retry_count INTEGER DEFAULT 0, session_id
  TEXT, worker_id VARCHAR(255), error_message TEXT, queued_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, started_at
  TIMESTAMP DEFAULT CURRENT_TIMESTAMP, completed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT, CHECK (state
  IN ('queued', 'downloading', 'completed', 'failed', 'cancelled', 'retrying', 'paused')));
CREATE TABLE shares (id INTEGER PRIMARY KEY AUTOINCREMENT, share_id VARCHAR(255) UNIQUE NOT NULL, folder_id TEXT NOT
  NULL, owner_id VARCHAR(255) NOT NULL, share_type VARCHAR(50) NOT NULL, access_type VARCHAR(50) NOT NULL,
  access_level VARCHAR(50) NOT NULL, password_hash TEXT, password_salt TEXT, encryption_key TEXT, encrypted BOOLEAN
  DEFAULT FALSE, access_string TEXT, encrypted_index TEXT, wrapped_keys TEXT, access_control TEXT, allowed_users TEXT,
  denied_users TEXT, download_count INTEGER DEFAULT 0, max_downloads INTEGER, expires_at TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP, revoked BOOLEAN DEFAULT FALSE, revoked_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, revoke_reason
  TEXT, index_location TEXT, metadata TEXT, created_by TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, CHECK (share_type IN ('full', 'partial', 'incremental')), CHECK
  (access_level IN ('public', 'private', 'protected')), CHECK (access_type IN ('public', 'private', 'protected')));
CREATE TABLE user_commitments (id INTEGER PRIMARY KEY AUTOINCREMENT, commitment_id TEXT UNIQUE NOT NULL, share_id
  VARCHAR(255) NOT NULL, user_id VARCHAR(64) NOT NULL, commitment_hash VARCHAR(64) NOT NULL, wrapped_key TEXT,
  permissions TEXT, granted_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, revoked BOOLEAN DEFAULT FALSE, revoked_at
  TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT, UNIQUE(share_id, user_id));
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, message_id VARCHAR(255) UNIQUE NOT NULL, segment_id TEXT,
  newsgroup VARCHAR(255) NOT NULL, subject VARCHAR(500), internal_subject VARCHAR(64), size INTEGER, lines INTEGER,
  posted_by VARCHAR(255), posted_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, server VARCHAR(255), article_number INTEGER,
  message_references TEXT, headers TEXT, yenc_metadata TEXT, download_count INTEGER DEFAULT 0, last_accessed TIMESTAMP
  DEFAULT CURRENT_TIMESTAMP, metadata TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE operations (id INTEGER PRIMARY KEY AUTOINCREMENT, operation_id TEXT UNIQUE NOT NULL, entity_id TEXT,
  operation_type VARCHAR(50) NOT NULL, operation_name VARCHAR(255), state VARCHAR(50) DEFAULT 'started', progress REAL
  DEFAULT 0.0, user_id VARCHAR(64), client_info TEXT, input_params TEXT, output_result TEXT, error_message TEXT,
  error_trace TEXT, duration_ms INTEGER, started_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, completed_at TIMESTAMP
  DEFAULT CURRENT_TIMESTAMP, metadata TEXT, CHECK (state IN ('started', 'running', 'completed', 'failed',
  'cancelled')));
CREATE TABLE configuration (id INTEGER PRIMARY KEY AUTOINCREMENT, key VARCHAR(255) UNIQUE NOT NULL, value TEXT,
  value_type VARCHAR(50), category VARCHAR(100), description TEXT, is_sensitive BOOLEAN DEFAULT FALSE, is_encrypted
  BOOLEAN DEFAULT FALSE, updated_by VARCHAR(64), updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, created_at TIMESTAMP
  DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id VARCHAR(64) UNIQUE NOT NULL, username VARCHAR(255),
  display_name VARCHAR(255), email VARCHAR(255), public_key TEXT, private_key_encrypted TEXT, key_derivation_salt
  VARCHAR(64), permissions TEXT, quota_bytes INTEGER, used_bytes INTEGER DEFAULT 0, api_key VARCHAR(255), api_key_hash
  VARCHAR(64), session_token VARCHAR(255), session_expires TIMESTAMP DEFAULT CURRENT_TIMESTAMP, last_login TIMESTAMP
  DEFAULT CURRENT_TIMESTAMP, login_count INTEGER DEFAULT 0, is_active BOOLEAN DEFAULT TRUE, is_admin BOOLEAN DEFAULT
  FALSE, metadata TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP);
CREATE TABLE authorized_users (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id VARCHAR(64) NOT NULL, folder_id TEXT NOT
  NULL, permissions TEXT, added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP DEFAULT CURRENT_TIMESTAMP, added_by
  VARCHAR(64), revoked BOOLEAN DEFAULT FALSE, revoked_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, UNIQUE(user_id,
  folder_id));
CREATE TABLE access_commitments (id INTEGER PRIMARY KEY AUTOINCREMENT, share_id VARCHAR(255) NOT NULL, user_id
  VARCHAR(64) NOT NULL, commitment_hash VARCHAR(64) NOT NULL, wrapped_key TEXT, created_at TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP DEFAULT CURRENT_TIMESTAMP, UNIQUE(share_id, user_id));
CREATE TABLE access_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id VARCHAR(64) NOT NULL, resource_type
  VARCHAR(50) NOT NULL, resource_id VARCHAR(255) NOT NULL, operation VARCHAR(50) NOT NULL, granted BOOLEAN NOT NULL,
  timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP DEFAULT CURRENT_TIMESTAMP, reason TEXT, ip_address VARCHAR(45),
  user_agent TEXT);
CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, version VARCHAR(50) UNIQUE NOT NULL, name
  VARCHAR(255), applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum VARCHAR(64),
  execution_time_ms INTEGER, success BOOLEAN DEFAULT TRUE, error_message TEXT);
CREATE TABLE webhooks (id INTEGER PRIMARY KEY AUTOINCREMENT, webhook_id VARCHAR(255) UNIQUE NOT NULL, url TEXT NOT
  NULL, events TEXT, secret VARCHAR(255), active BOOLEAN DEFAULT TRUE, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
  DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, last_triggered TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP, failure_count INTEGER DEFAULT 0, last_error TEXT, headers TEXT, retry_policy TEXT);
CREATE TABLE network_servers (id INTEGER PRIMARY KEY AUTOINCREMENT, server_id TEXT UNIQUE NOT NULL, name TEXT NOT
  NULL, host VARCHAR(255) NOT NULL, port INTEGER DEFAULT 119, ssl_enabled BOOLEAN DEFAULT FALSE, username TEXT,
  password TEXT, max_connections INTEGER DEFAULT 10, priority INTEGER DEFAULT 1, enabled BOOLEAN DEFAULT 1, created_at
  TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE server_health (id INTEGER PRIMARY KEY AUTOINCREMENT, server VARCHAR(255) NOT NULL, port INTEGER DEFAULT
  119, ssl_enabled BOOLEAN DEFAULT FALSE, status VARCHAR(50) DEFAULT 'unknown', response_time_ms INTEGER,
  success_count INTEGER DEFAULT 0, failure_count INTEGER DEFAULT 0, consecutive_failures INTEGER DEFAULT 0, last_error
  TEXT, capabilities TEXT, retention_days INTEGER, posting_allowed BOOLEAN DEFAULT TRUE, max_connections INTEGER,
  current_connections INTEGER DEFAULT 0, checked_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT, UNIQUE(server,
  port));
CREATE TABLE background_jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT UNIQUE NOT NULL, job_type VARCHAR(100)
  NOT NULL, job_name VARCHAR(255), state VARCHAR(50) DEFAULT 'pending', priority INTEGER DEFAULT 5, scheduled_at
  TIMESTAMP DEFAULT CURRENT_TIMESTAMP, started_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, completed_at TIMESTAMP DEFAULT
  CURRENT_TIMESTAMP, next_run_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, retry_count INTEGER DEFAULT 0, max_retries
  INTEGER DEFAULT 3, input_data TEXT, output_data TEXT, error_message TEXT, worker_id VARCHAR(255), metadata TEXT,
  CHECK (state IN ('pending', 'running', 'completed', 'failed', 'cancelled', 'scheduled')));
CREATE TABLE alerts (id INTEGER PRIMARY KEY AUTOINCREMENT, alert_id TEXT UNIQUE NOT NULL, name TEXT NOT NULL,
  condition TEXT NOT NULL, threshold REAL NOT NULL, severity TEXT NOT NULL CHECK(severity IN ('info', 'warning',
  'critical')), message TEXT, cooldown_seconds INTEGER DEFAULT 300, enabled BOOLEAN DEFAULT 1, last_triggered
  TIMESTAMP, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, metric_name VARCHAR(255) NOT NULL, metric_type VARCHAR(50)
  NOT NULL, value REAL NOT NULL, unit VARCHAR(50), tags TEXT, timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  aggregation_period VARCHAR(50), metadata TEXT);
CREATE TABLE backup_history (id INTEGER PRIMARY KEY AUTOINCREMENT, backup_id TEXT UNIQUE NOT NULL, backup_type
  VARCHAR(50) NOT NULL, backup_path TEXT, size_bytes INTEGER, duration_ms INTEGER, tables_backed_up TEXT,
  compression_type VARCHAR(50), encryption_type VARCHAR(50), verification_status VARCHAR(50), retention_days INTEGER,
  expires_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, metadata TEXT, CHECK
  (backup_type IN ('full', 'incremental', 'differential')));`;

/** Its indexes and triggers. */
export const INDEXES = `
CREATE INDEX idx_entities_type ON entities(entity_type);
CREATE INDEX idx_entities_parent ON entities(parent_id);
CREATE INDEX idx_files_folder ON files(folder_id);
CREATE INDEX idx_files_status ON files(status);
CREATE INDEX idx_files_version ON files(folder_id, version);
CREATE INDEX idx_segments_file ON segments(file_id);
CREATE INDEX idx_segments_message ON segments(message_id);
CREATE INDEX idx_segments_status ON segments(upload_status);
CREATE INDEX idx_segments_packed ON segments(packed_segment_id);
CREATE INDEX idx_upload_queue_state ON upload_queue(state, priority);
CREATE INDEX idx_upload_queue_session ON upload_queue(session_id);
CREATE INDEX idx_shares_folder ON shares(folder_id);
CREATE INDEX idx_shares_type ON shares(share_type, access_level);
CREATE INDEX idx_messages_newsgroup ON messages(newsgroup);
CREATE INDEX idx_messages_posted ON messages(posted_at);
CREATE INDEX idx_operations_entity ON operations(entity_id);
CREATE INDEX idx_operations_type ON operations(operation_type);
CREATE INDEX idx_operations_user ON operations(user_id);
CREATE INDEX idx_authorized_users_folder ON authorized_users(folder_id);
CREATE INDEX idx_authorized_users_user ON authorized_users(user_id);
CREATE INDEX idx_authorized_users_revoked ON authorized_users(revoked);
CREATE INDEX idx_access_commitments_share ON access_commitments(share_id);
CREATE INDEX idx_access_commitments_user ON access_commitments(user_id);
CREATE INDEX idx_access_logs_user ON access_logs(user_id);
CREATE INDEX idx_access_logs_resource ON access_logs(resource_type, resource_id);
CREATE INDEX idx_access_logs_timestamp ON access_logs(timestamp);
CREATE INDEX idx_access_logs_granted ON access_logs(granted);
CREATE INDEX idx_schema_migrations_version ON schema_migrations(version);
CREATE INDEX idx_webhooks_active ON webhooks(active);
CREATE INDEX idx_webhooks_triggered ON webhooks(last_triggered);
CREATE INDEX idx_jobs_state ON background_jobs(state, priority);
CREATE INDEX idx_jobs_scheduled ON background_jobs(scheduled_at);
CREATE INDEX idx_metrics_name_time ON metrics(metric_name, timestamp);
CREATE TRIGGER update_entities_timestamp AFTER UPDATE ON entities BEGIN UPDATE entities SET updated_at =
  CURRENT_TIMESTAMP WHERE entity_id = NEW.entity_id; END;
CREATE TRIGGER prevent_user_id_change BEFORE UPDATE ON users WHEN OLD.user_id != NEW.user_id BEGIN SELECT RAISE(ABORT,
  'User ID cannot be changed'); END;
CREATE TRIGGER update_folder_stats AFTER INSERT ON files BEGIN UPDATE folders SET file_count = file_count + 1,
  total_size = total_size + NEW.size, updated_at = CURRENT_TIMESTAMP WHERE folder_id = NEW.folder_id; END;`;
