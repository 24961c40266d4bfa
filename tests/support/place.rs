//! What a checklist of a test is about: a folder with files, an HTTP server, and environments that list them.

use super::{App, Folder, noon};
use gonogo::server::{clock::Clock, config::Settings, verification};
use sqlx::PgPool;
use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

/// A checklist whose every probe is about a [`Place`]: five boxes before, a parent with two children and a check in
/// phase 1, one box in phase 2, two in a window of five minutes, four slots.
pub const SHOP: &str = include_str!("shop.md");

/// A work directory, an HTTP server, one that never answers, and the environments `shop` (staging) and `shop-live`
/// (production).
pub struct Place {
    folder: Folder,
    /// What `localhost:8000` stands for.
    pub backend: MockServer,
    /// What `localhost:9000` stands for: takes connections and says nothing.
    _mute: TcpListener,
}

impl Place {
    /// A place where everything that [`SHOP`] asks for holds.
    pub async fn new() -> Self {
        let (folder, backend) = (Folder::new(), MockServer::start().await);
        let mute = TcpListener::bind("127.0.0.1:0").unwrap();
        for name in ["work", "environments"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let place = Place {
            folder,
            backend,
            _mute: mute,
        };
        for (name, class) in [("shop", "staging"), ("shop-live", "production")] {
            let file = place.environments().join(format!("{name}.toml"));
            fs::write(file, place.environment(class)).unwrap();
        }
        place.write("settings.conf", "ready = true\n");
        place.health(200).await;
        place
    }

    /// The application with these environments, its clock at noon.
    pub async fn app(&self, pool: &PgPool) -> App {
        self.app_at(pool, Clock::at(noon())).await
    }

    /// The application with these environments, started as `gonogo serve` starts it on a database that was used
    /// before.
    pub async fn app_at(&self, pool: &PgPool, clock: Clock) -> App {
        self.app_knowing(pool, clock, BTreeMap::new()).await
    }

    /// The same, where the server has these variables too.
    pub async fn app_knowing(&self, pool: &PgPool, clock: Clock, more: BTreeMap<String, String>) -> App {
        let settings = Settings {
            address: Some("127.0.0.1:0".parse().unwrap()),
            environments: Some(self.environments()),
            ..Settings::default()
        };
        let app =
            App::start_knowing(pool, clock, settings, Path::new(env!("CARGO_MANIFEST_DIR")), more).await;
        verification::interrupt_lost(app.state()).await.unwrap();
        app
    }

    /// A file of the work directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// Writes a file of the work directory.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    /// From now on `/health` answers with this status.
    pub async fn health(&self, status: u16) {
        self.backend.reset().await;
        Mock::given(method("GET"))
            .and(path("/health"))
            .respond_with(ResponseTemplate::new(status).set_body_string("{\"status\":\"as asked\"}"))
            .mount(&self.backend)
            .await;
    }

    /// From now on `/metrics` shows this, and nothing else is answered.
    pub async fn metrics(&self, text: &str) {
        self.backend.reset().await;
        Mock::given(method("GET"))
            .and(path("/metrics"))
            .respond_with(ResponseTemplate::new(200).set_body_string(text))
            .mount(&self.backend)
            .await;
    }

    /// Where the environments' files are.
    pub fn environments(&self) -> PathBuf {
        self.folder.path().join("environments")
    }

    /// Changes what the file of the environment `shop` says, for whoever starts from now on.
    pub fn declare(&self, change: impl Fn(String) -> String) {
        let file = self.environments().join("shop.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(file, change(text)).unwrap();
    }

    fn environment(&self, class: &str) -> String {
        let (work, backend) = (self.file("").display().to_string(), self.backend.uri());
        let mute = self._mute.local_addr().unwrap();
        format!(
            "title = \"The shop\"\nclass = \"{class}\"\nwork_directory = \"{}\"\n\n\
             [[endpoints]]\nname = \"backend\"\nurl = \"{backend}\"\nreplaces = [\"localhost:8000\"]\n\n\
             [[endpoints]]\nname = \"mute\"\nurl = \"http://{mute}\"\nreplaces = [\"localhost:9000\"]\n\n\
             [[endpoints]]\nname = \"database\"\nurl = \"$GONOGO_DATABASE_URL\"\n",
            work.trim_end_matches('/')
        )
    }
}
