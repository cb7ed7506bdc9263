//! What a visitor does with a page: mouse, keyboard, forms.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions, MouseActions, PointerAction};
use fantoccini::key::Key;
use serde_json::json;

use super::Page;

/// How many times Tab is pressed before an element counts as out of the keyboard's reach.
const TABS: usize = 200;

impl Page {
    /// Opens every folded part that `selector` is in, as a visitor would before looking at it.
    pub async fn unfold(&self, selector: &str) -> Result<()> {
        let script =
            "for (let part = document.querySelector(arguments[0]); part; part = part.parentElement)
            if (part.tagName === 'DETAILS') part.open = true;";
        self.run(script, vec![json!(selector)]).await?;
        Ok(())
    }

    /// Opens every folded part of the page.
    pub async fn unfold_all(&self) -> Result<()> {
        let script = "for (const part of document.querySelectorAll('details')) part.open = true";
        self.run(script, vec![]).await?;
        Ok(())
    }

    /// Clicks with the mouse on what `selector` matches.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let element = self.element(selector).await?;
        element
            .click()
            .await
            .with_context(|| format!("click {selector}"))
    }

    /// Moves the mouse to a place in the window.
    pub async fn point_at(&self, x: f64, y: f64) -> Result<()> {
        let mouse = MouseActions::new("mouse".to_owned()).then(to(x, y));
        Ok(self.client().perform_actions(mouse).await?)
    }

    /// Clicks with the mouse at a place in the window.
    pub async fn click_at(&self, x: f64, y: f64) -> Result<()> {
        let mouse = MouseActions::new("mouse".to_owned())
            .then(to(x, y))
            .then(PointerAction::Down { button: 0 })
            .then(PointerAction::Up { button: 0 });
        Ok(self.client().perform_actions(mouse).await?)
    }

    /// Chooses the option with this value in a select.
    pub async fn choose(&self, select: &str, value: &str) -> Result<()> {
        let choice = self.element(select).await?.select_by_value(value).await;
        choice.with_context(|| format!("choose {value} in {select}"))
    }

    /// Writes `text` into a field and leaves it.
    pub async fn fill(&self, field: &str, text: &str) -> Result<()> {
        let element = self.element(field).await?;
        element.clear().await?;
        element.send_keys(text).await?;
        self.press(Key::Tab).await
    }

    /// Chooses a file in the browser's dialog of a field.
    pub async fn choose_file(&self, field: &str, file: &Path) -> Result<()> {
        let path = file.to_str().context("the path of the file is not text")?;
        let element = self.element(field).await?;
        let chosen = element.send_keys(path).await;
        chosen.with_context(|| format!("choose {path} in {field}"))
    }

    /// Drags a file from outside the browser over what `selector` matches, and drops it there.
    pub async fn drop_file(&self, selector: &str, file: &Path) -> Result<()> {
        let name = file.file_name().and_then(|name| name.to_str());
        let name = name.context("the name of the file is not text")?;
        let content = std::fs::read_to_string(file)?;
        let script = include_str!("drop.js");
        let taken = self
            .run(script, vec![json!(selector), json!(name), json!(content)])
            .await?;
        ensure!(taken == true, "nothing can be dropped on {selector}");
        Ok(())
    }

    /// Presses and releases a key.
    pub async fn press(&self, key: Key) -> Result<()> {
        let value = key.into();
        let keyboard = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
        Ok(self.client().perform_actions(keyboard).await?)
    }

    /// Presses Tab until what `selector` matches has the focus.
    pub async fn tab_to(&self, selector: &str) -> Result<()> {
        for _ in 0..TABS {
            self.press(Key::Tab).await?;
            let focused = "return document.activeElement.matches(arguments[0])";
            if self.run(focused, vec![json!(selector)]).await? == true {
                return Ok(());
            }
        }
        anyhow::bail!("{TABS} presses of Tab do not lead to {selector}")
    }

    /// Scrolls the first element that `selector` matches to the middle of the window.
    pub async fn scroll_to(&self, selector: &str) -> Result<()> {
        let script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.run(script, vec![json!(selector)]).await?;
        Ok(())
    }
}

fn to(x: f64, y: f64) -> PointerAction {
    PointerAction::MoveTo {
        duration: None,
        x,
        y,
    }
}
