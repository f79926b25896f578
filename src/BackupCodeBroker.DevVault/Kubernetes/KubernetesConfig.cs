using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Jwt;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Kubernetes;

/// <summary>Where Kubernetes is, and by what its JWTs are verified before it is asked.</summary>
internal sealed record KubernetesConfig(string Host, string CaCert, string ReviewerJwt, List<string> Keys, string Issuer, bool SkipsIssuer, bool SkipsLocal)
{
    private const string DefaultIssuer = "kubernetes/serviceaccount";

    public static Route Fields(Route route) => route
        .With(FieldType.String, "kubernetes_host", "kubernetes_ca_cert", "token_reviewer_jwt", "issuer")
        .With(FieldType.CommaStrings, "pem_keys")
        .With(FieldType.Bool, "disable_iss_validation", "disable_local_ca_jwt");

    /// <summary>Reads a configuration; the result is why it is none. This Vault runs in no pod, so there is no local authority to fall back to.</summary>
    public static KubernetesConfig? Read(FieldData fields, out Result refusal)
    {
        var config = new KubernetesConfig(
            fields.Text("kubernetes_host"), fields.Text("kubernetes_ca_cert"), fields.Text("token_reviewer_jwt"), fields.Texts("pem_keys"),
            fields.Text("issuer"), fields.Flag("disable_iss_validation"), fields.Flag("disable_local_ca_jwt"));
        refusal = config.Host.Length == 0 ? Result.Error("no host provided")
            : config.Keys.Count == 0 && config.CaCert.Length == 0 ? Result.Error("one of pem_keys or kubernetes_ca_cert must be set")
            : config.ReviewerJwt.Length > 0 && SignedToken.Parse(config.ReviewerJwt) is null ? Result.Fault("not a compact JWS")
            : config.Keys.Exists(pem => !IsKey(pem)) ? Result.Error(PublicKeys.Invalid)
            : Result.None;
        return refusal == Result.None ? config : null;
    }

    public JsonObject View() => new()
    {
        ["kubernetes_host"] = Host,
        ["kubernetes_ca_cert"] = CaCert,
        ["pem_keys"] = GoValue.Array(Keys),
        ["issuer"] = Issuer,
        ["disable_iss_validation"] = SkipsIssuer,
        ["disable_local_ca_jwt"] = SkipsLocal,
    };

    /// <summary>Why a JWT is not let in, before Kubernetes is asked; null where nothing speaks against it.</summary>
    public string? Refuse(SignedToken token, KubernetesRole role, Instant now)
    {
        var account = ServiceAccount.Of(token.Claims);
        return !SkipsIssuer && Claims.Text(token.Claims, "iss") != (Issuer.Length > 0 ? Issuer : DefaultIssuer) ? "claim \"iss\" is invalid"
            : role.Audience.Length > 0 && !account.Audiences.Contains(role.Audience) ? "claim \"aud\" is invalid"
            : !Allows(role.Namespaces, account.Namespace) ? "namespace not authorized"
            : !Allows(role.Names, account.Name) ? "service account name not authorized"
            : Keys.Count > 0 ? Unverified(token, now)
            : null;
    }

    private string? Unverified(SignedToken token, Instant now)
    {
        foreach (string pem in Keys)
        {
            using AsymmetricAlgorithm? key = PublicKeys.Read(pem);
            if (key is not null && token.IsSignedBy(key))
            {
                return Claims.Seconds(token.Claims, "exp") is var end and > 0 && end < now.UnixSeconds ? "token is expired" : null;
            }
        }

        return "1 error occurred:\n\t* failed to validate JWT: crypto/rsa: verification error\n\n";
    }

    private static bool Allows(List<string> patterns, string name) =>
        patterns is ["*"] || patterns.Exists(pattern => Claims.IsGlob(pattern, name));

    private static bool IsKey(string pem)
    {
        using AsymmetricAlgorithm? key = PublicKeys.Read(pem);
        return key is not null;
    }
}
