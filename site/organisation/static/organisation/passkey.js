// Ties the button of a page to allauth's script about passkeys; the options lie in the page as JSON.
const forms = window.allauth.webauthn.forms;
const data = "passkey-options";
if (document.getElementById("passkey-add")) {
  forms.addForm({ ids: { add: "passkey-add", credential: "id_credential", data } });
} else if (document.getElementById("passkey-show")) {
  forms.authenticateForm({ ids: { authenticate: "passkey-show", credential: "id_credential", data } });
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-failed").hidden = false;
});
