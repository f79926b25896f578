using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Jwt;

namespace BackupCodeBroker.DevVault.Kubernetes;

/// <summary>Whom a service account's JWT names: a projected one in a claim of its own, an old one in five.</summary>
internal sealed record ServiceAccount(string Namespace, string Name, string Uid, string SecretName, List<string> Audiences)
{
    private const string Old = "kubernetes.io/serviceaccount/";

    public static ServiceAccount Of(JsonObject claims)
    {
        List<string> audiences = Claims.Texts(claims["aud"]);
        string secret = Claims.Text(claims, Old + "secret.name");
        if (claims["kubernetes.io"] is JsonObject projected)
        {
            return projected["serviceaccount"] is JsonObject account
                ? new ServiceAccount(Claims.Text(projected, "namespace"), Claims.Text(account, "name"), Claims.Text(account, "uid"), secret, audiences)
                : new ServiceAccount(Claims.Text(projected, "namespace"), Claims.Text(claims, Old + "service-account.name"), Claims.Text(claims, Old + "service-account.uid"), secret, audiences);
        }

        return new ServiceAccount(
            Claims.Text(claims, Old + "namespace"), Claims.Text(claims, Old + "service-account.name"), Claims.Text(claims, Old + "service-account.uid"), secret, audiences);
    }
}
