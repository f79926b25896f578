using System.Net;
using VaultSharp.V1.AuthMethods;
using VaultSharp.V1.AuthMethods.AliCloud;
using VaultSharp.V1.AuthMethods.AppRole;
using VaultSharp.V1.AuthMethods.AWS;
using VaultSharp.V1.AuthMethods.Azure;
using VaultSharp.V1.AuthMethods.Cert;
using VaultSharp.V1.AuthMethods.GitHub;
using VaultSharp.V1.AuthMethods.GoogleCloud;
using VaultSharp.V1.AuthMethods.JWT;
using VaultSharp.V1.AuthMethods.Kerberos;
using VaultSharp.V1.AuthMethods.Kubernetes;
using VaultSharp.V1.AuthMethods.LDAP;
using VaultSharp.V1.AuthMethods.Okta;
using VaultSharp.V1.AuthMethods.RADIUS;
using VaultSharp.V1.AuthMethods.Token;
using VaultSharp.V1.AuthMethods.UserPass;

namespace BackupCodeBroker.VaultSharp;

/// <summary>
/// One method: its name, its settings below <c>login.vaultsharp</c>, and the library's type for it. Settings that end in <c>_file</c> name a file whose text is
/// the value, read anew at each log-in; secrets have no other form. The signed requests of AWS and Alibaba Cloud, and the JWTs of Azure and Google Cloud, come from
/// files that the cloud's own agent or a side-car keeps fresh.
/// </summary>
internal sealed record LoginKind(string Name, string[] Required, string[] Optional, Func<LoginParameters, IAuthMethodInfo> Make)
{
    private const string Mount = "mount";

    /// <summary>Every method.</summary>
    public static IReadOnlyList<LoginKind> All { get; } =
    [
        new("alicloud", ["role", "request_url_file", "request_headers_file"], [],
            p => new AliCloudAuthMethodInfo(p.Mount, p.Text("role"), p.Text("request_url_file"), p.Text("request_headers_file"))),
        new("approle", ["role_id_file", "secret_id_file"], [], p => new AppRoleAuthMethodInfo(p.Mount, p.Text("role_id_file"), p.Text("secret_id_file"))),
        new("aws-ec2", ["role", "pkcs7_file"], ["nonce_file"],
            p => new EC2AWSAuthMethodInfo(p.Mount, p.Text("pkcs7_file"), null, null, p.Find("nonce_file"), p.Text("role"))),
        new("aws-iam", ["role", "request_headers_file"], [],
            p => new IAMAWSAuthMethodInfo(mountPoint: p.Mount, requestHeaders: p.Text("request_headers_file"), roleName: p.Text("role"))),
        new("azure", ["role", "jwt_file"], ["subscription_id", "resource_group", "virtual_machine", "scale_set"],
            p => new AzureAuthMethodInfo(
                p.Mount, p.Text("role"), p.Text("jwt_file"), p.Find("subscription_id"), p.Find("resource_group"), p.Find("virtual_machine"), p.Find("scale_set"))),
        new("cert", ["certificate", "key"], ["role"], p => new CertAuthMethodInfo(p.Mount, p.Certificate, p.Find("role"))),
        new("gcp", ["role", "jwt_file"], [], p => new GoogleCloudAuthMethodInfo(p.Mount, p.Text("role"), p.Text("jwt_file"))),
        new("github", ["token_file"], [], p => new GitHubAuthMethodInfo(p.Mount, p.Text("token_file"))),
        new("jwt", ["role", "jwt_file"], [], p => new JWTAuthMethodInfo(p.Mount, p.Text("role"), p.Text("jwt_file"))),
        new("kerberos", [], [], p => new KerberosAuthMethodInfo(p.Mount, CredentialCache.DefaultCredentials, true)),
        new("kubernetes", ["role"], ["jwt_file"], p => new KubernetesAuthMethodInfo(p.Mount, p.Text("role"), p.Text("jwt_file"))),
        new("ldap", ["username", "password_file"], [], p => new LDAPAuthMethodInfo(p.Mount, p.Text("username"), p.Text("password_file"))),
        new("okta", ["username", "password_file"], [], p => new OktaAuthMethodInfo(mountPoint: p.Mount, username: p.Text("username"), password: p.Text("password_file"))),
        new("radius", ["username", "password_file"], [], p => new RADIUSAuthMethodInfo(p.Mount, p.Text("username"), p.Text("password_file"))),
        new("token", ["token_file"], [], p => new TokenAuthMethodInfo(p.Text("token_file"))),
        new("userpass", ["username", "password_file"], [], p => new UserPassAuthMethodInfo(p.Mount, p.Text("username"), p.Text("password_file"))),
    ];

    /// <summary>Whether the token is the broker's alone: one that it was given is not.</summary>
    public bool OwnsToken => Name != "token";

    /// <summary>Where the method is mounted if nothing else is said, as in Vault.</summary>
    public string DefaultMount => Name.StartsWith("aws-", StringComparison.Ordinal) ? "aws" : Name;

    /// <summary>The method of that name, or null.</summary>
    public static LoginKind? Named(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>Whether it has such a setting.</summary>
    public bool Takes(string setting) => setting == Mount || Required.Contains(setting, StringComparer.Ordinal) || Optional.Contains(setting, StringComparer.Ordinal);
}
