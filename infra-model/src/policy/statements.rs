//! The statements, by what they are for.

use serde_json::{Value, json};

use crate::id::{Id, Kind};
use crate::names::{self, LOCK, MANAGED_BY, PROJECT, RELEASES, SAMPLE_DATA};
use crate::settings::Settings;
use crate::tags::{MANAGED_BY_TAG, PROJECT_TAG, STAGE};

/// The names and tags that bind permissions.
pub(super) struct Scope {
    pub(super) region: String,
    pub(super) stage: String,
    bucket: String,
    role: String,
    profile: String,
    balancer: String,
    targets: String,
    group: String,
    topic: String,
    alarms: Vec<String>,
}

impl Scope {
    pub(super) fn of(settings: &Settings) -> Self {
        let name = |id| names::name(id, settings);
        Self {
            region: settings.region.to_string(),
            stage: settings.stage.to_string(),
            bucket: name(Id::Bucket),
            role: name(Id::Role),
            profile: name(Id::InstanceProfile),
            balancer: name(Id::LoadBalancer),
            targets: name(Id::TargetGroup),
            group: name(Id::AutoScalingGroup),
            topic: name(Id::AlarmTopic),
            alarms: Id::all()
                .filter(|id| id.kind() == Kind::Alarm)
                .map(name)
                .collect(),
        }
    }

    pub(super) fn ec2(&self, kinds: &[&str]) -> Vec<String> {
        let region = &self.region;
        kinds
            .iter()
            .map(|kind| format!("arn:aws:ec2:{region}:*:{kind}/*"))
            .collect()
    }

    fn bucket(&self) -> Vec<String> {
        vec![format!("arn:aws:s3:::{}", self.bucket)]
    }

    pub(super) fn objects(&self, keys: &[&str]) -> Vec<String> {
        keys.iter()
            .map(|key| format!("arn:aws:s3:::{}/{key}", self.bucket))
            .collect()
    }

    fn role(&self) -> Vec<String> {
        vec![format!("arn:aws:iam::*:role/{}", self.role)]
    }

    fn profile(&self) -> Vec<String> {
        vec![format!("arn:aws:iam::*:instance-profile/{}", self.profile)]
    }

    fn balancing(&self) -> Vec<String> {
        let (region, balancer, targets) = (&self.region, &self.balancer, &self.targets);
        let arn = |rest: String| format!("arn:aws:elasticloadbalancing:{region}:*:{rest}");
        vec![
            arn(format!("loadbalancer/app/{balancer}/*")),
            arn(format!("listener/app/{balancer}/*/*")),
            arn(format!("targetgroup/{targets}/*")),
        ]
    }

    fn scaling(&self) -> Vec<String> {
        let (region, group) = (&self.region, &self.group);
        vec![format!(
            "arn:aws:autoscaling:{region}:*:autoScalingGroup:*:autoScalingGroupName/{group}"
        )]
    }

    pub(super) fn topic(&self) -> Vec<String> {
        vec![format!("arn:aws:sns:{}:*:{}", self.region, self.topic)]
    }

    pub(super) fn alarms(&self) -> Vec<String> {
        let arn = |name| format!("arn:aws:cloudwatch:{}:*:alarm:{name}", self.region);
        self.alarms.iter().map(arn).collect()
    }

    fn our_tags(&self, key: &str) -> Value {
        json!({
            format!("aws:{key}/{PROJECT_TAG}"): PROJECT,
            format!("aws:{key}/{STAGE}"): self.stage,
            format!("aws:{key}/{MANAGED_BY_TAG}"): MANAGED_BY,
        })
    }

    /// Only what is made with our tags.
    fn tagged_on_creation(&self) -> Value {
        json!({ "StringEquals": self.our_tags("RequestTag") })
    }

    /// Only what carries our tags.
    fn tagged(&self) -> Value {
        json!({ "StringEquals": self.our_tags("ResourceTag") })
    }

    pub(super) fn in_region(&self) -> Value {
        json!({ "StringEquals": { "aws:RequestedRegion": self.region } })
    }
}

pub(super) fn statement(sid: &str, actions: &[&str], resources: &[String]) -> Value {
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources })
}

pub(super) fn when(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

pub(super) fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}

/// The calls that `observe` makes.
pub(super) fn look(scope: &Scope) -> Vec<Value> {
    let describe = [
        "ec2:DescribeTags",
        "ec2:DescribeVpcs",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeSubnets",
        "ec2:DescribeAddresses",
        "ec2:DescribeNatGateways",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeKeyPairs",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribeLaunchTemplateVersions",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeTags",
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribePolicies",
    ];
    let bucket = [
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:GetBucketTagging",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetEncryptionConfiguration",
        "s3:GetBucketPolicy",
        "s3:GetBucketVersioning",
        "s3:GetLifecycleConfiguration",
    ];
    let role = [
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListRolePolicies",
        "iam:ListAttachedRolePolicies",
        "iam:GetInstanceProfile",
    ];
    let image = format!(
        "arn:aws:ssm:{}::parameter/aws/service/ami-amazon-linux-latest/*",
        scope.region
    );
    let files = format!("{RELEASES}*");
    vec![
        when(
            statement("InRegion", &describe, &everything()),
            scope.in_region(),
        ),
        statement("Bucket", &bucket, &scope.bucket()),
        statement(
            "Files",
            &["s3:GetObject"],
            &scope.objects(&[&files, SAMPLE_DATA]),
        ),
        statement(
            "LookAtRole",
            &role,
            &[scope.role(), scope.profile()].concat(),
        ),
        statement("NewestImage", &["ssm:GetParameters"], &[image]),
    ]
}

/// Who still uses what cannot be deleted, and whether a load balancer's interfaces are gone.
pub(super) const USERS: &str = "ec2:DescribeNetworkInterfaces";
/// Whether instances serve.
pub(super) const HEALTH: &str = "elasticloadbalancing:DescribeTargetHealth";
/// How far the replacement of instances has come.
pub(super) const REFRESH: &str = "autoscaling:DescribeInstanceRefreshes";

/// What is waited for while something is done.
pub(super) fn follow(scope: &Scope, describe: &[&str]) -> Vec<Value> {
    vec![when(
        statement("InRegion", describe, &everything()),
        scope.in_region(),
    )]
}

/// One deployment at a time.
pub(super) fn lock(scope: &Scope) -> Vec<Value> {
    let actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
    vec![statement("Lock", &actions, &scope.objects(&[LOCK]))]
}

/// What instances are made from, and are ours.
const RUN_FROM: [&str; 4] = ["launch-template", "subnet", "security-group", "key-pair"];
/// What comes with an instance; the image is Amazon's.
const RUN_NEW: [&str; 4] = ["instance", "volume", "network-interface", "image"];

/// What did not exist.
pub(super) fn make(scope: &Scope) -> Vec<Value> {
    let ec2 = [
        "ec2:CreateVpc",
        "ec2:CreateInternetGateway",
        "ec2:CreateSubnet",
        "ec2:AllocateAddress",
        "ec2:CreateNatGateway",
        "ec2:CreateRouteTable",
        "ec2:CreateVpcEndpoint",
        "ec2:CreateSecurityGroup",
        "ec2:ImportKeyPair",
        "ec2:CreateLaunchTemplate",
    ];
    let names: Vec<&str> = ec2
        .iter()
        .chain(&["ec2:RunInstances"])
        .filter_map(|it| it.split(':').nth(1))
        .collect();
    let on_creation = json!({ "StringEquals": { "ec2:CreateAction": names } });
    let to_ec2 = json!({ "StringEquals": { "iam:PassedToService": "ec2.amazonaws.com" } });
    let services = [
        "elasticloadbalancing.amazonaws.com",
        "autoscaling.amazonaws.com",
    ];
    let linked = json!({ "StringEquals": { "iam:AWSServiceName": services } });
    let balancing = [
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:AddTags",
    ];
    let bucket = ["s3:CreateBucket", "s3:TagResource"];
    vec![
        when(
            statement("Make", &ec2, &scope.ec2(&["*"])),
            scope.tagged_on_creation(),
        ),
        when(
            statement("TagWhatIsMade", &["ec2:CreateTags"], &scope.ec2(&["*"])),
            on_creation,
        ),
        statement("Balancing", &balancing, &scope.balancing()),
        statement(
            "Group",
            &["autoscaling:CreateAutoScalingGroup"],
            &scope.scaling(),
        ),
        // Auto Scaling asks whether its caller may run what the template says.
        when(
            statement("RunOurs", &["ec2:RunInstances"], &scope.ec2(&RUN_FROM)),
            scope.tagged(),
        ),
        statement("RunInstances", &["ec2:RunInstances"], &scope.ec2(&RUN_NEW)),
        when(
            statement("PassRole", &["iam:PassRole"], &scope.role()),
            to_ec2,
        ),
        when(
            statement(
                "FirstUse",
                &["iam:CreateServiceLinkedRole"],
                &["arn:aws:iam::*:role/aws-service-role/*".to_owned()],
            ),
            linked,
        ),
        statement("Role", &["iam:CreateRole", "iam:TagRole"], &scope.role()),
        statement(
            "Profile",
            &[
                "iam:CreateInstanceProfile",
                "iam:TagInstanceProfile",
                "iam:AddRoleToInstanceProfile",
            ],
            &scope.profile(),
        ),
        statement("Bucket", &bucket, &scope.bucket()),
        statement(
            "Files",
            &["s3:PutObject"],
            &scope.objects(&[&format!("{RELEASES}*"), SAMPLE_DATA]),
        ),
    ]
}

/// What exists and differs.
pub(super) fn change(scope: &Scope) -> Vec<Value> {
    let ec2 = [
        "ec2:CreateTags",
        // What is made inside these, and `Make` says with which tags.
        "ec2:CreateSubnet",
        "ec2:CreateNatGateway",
        "ec2:CreateRouteTable",
        "ec2:CreateVpcEndpoint",
        "ec2:CreateSecurityGroup",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifySubnetAttribute",
        "ec2:AttachInternetGateway",
        "ec2:AssociateRouteTable",
        "ec2:ReplaceRouteTableAssociation",
        "ec2:CreateRoute",
        "ec2:ReplaceRoute",
        "ec2:ModifyVpcEndpoint",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:CreateLaunchTemplateVersion",
    ];
    let balancing = [
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:SetSubnets",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:DeleteListener",
    ];
    let scaling = [
        "autoscaling:UpdateAutoScalingGroup",
        "autoscaling:CreateOrUpdateTags",
        "autoscaling:AttachLoadBalancerTargetGroups",
        "autoscaling:DetachLoadBalancerTargetGroups",
        "autoscaling:PutScalingPolicy",
        "autoscaling:DeletePolicy",
        "autoscaling:StartInstanceRefresh",
    ];
    let bucket = [
        "s3:PutBucketTagging",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutEncryptionConfiguration",
        "s3:PutBucketPolicy",
        "s3:PutBucketVersioning",
        "s3:PutLifecycleConfiguration",
    ];
    vec![
        when(statement("Ours", &ec2, &scope.ec2(&["*"])), scope.tagged()),
        statement("Balancing", &balancing, &scope.balancing()),
        statement("Group", &scaling, &scope.scaling()),
        statement("Bucket", &bucket, &scope.bucket()),
        statement(
            "Role",
            &[
                "iam:UpdateAssumeRolePolicy",
                "iam:PutRolePolicy",
                "iam:AttachRolePolicy",
            ],
            &scope.role(),
        ),
        // What AWS makes with a VPC carries no tags, and is only ever emptied.
        when(
            statement(
                "EmptyDefaults",
                &[
                    "ec2:RevokeSecurityGroupIngress",
                    "ec2:RevokeSecurityGroupEgress",
                    "ec2:DeleteRoute",
                ],
                &scope.ec2(&["security-group", "route-table"]),
            ),
            json!({ "Null": { format!("aws:ResourceTag/{PROJECT_TAG}"): "true" } }),
        ),
    ]
}

/// What is not wanted any more; also when something is made anew.
pub(super) fn remove(scope: &Scope) -> Vec<Value> {
    let ec2 = [
        "ec2:DeleteVpc",
        "ec2:DeleteInternetGateway",
        "ec2:DetachInternetGateway",
        "ec2:DeleteSubnet",
        "ec2:ReleaseAddress",
        "ec2:DeleteNatGateway",
        "ec2:DeleteRouteTable",
        "ec2:DisassociateRouteTable",
        "ec2:DeleteRoute",
        "ec2:DeleteVpcEndpoints",
        "ec2:DeleteSecurityGroup",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:DeleteKeyPair",
        "ec2:DeleteLaunchTemplate",
    ];
    let balancing = [
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
    ];
    let scaling = [
        "autoscaling:UpdateAutoScalingGroup",
        "autoscaling:DeleteAutoScalingGroup",
    ];
    vec![
        when(statement("Ours", &ec2, &scope.ec2(&["*"])), scope.tagged()),
        statement("Balancing", &balancing, &scope.balancing()),
        statement("Group", &scaling, &scope.scaling()),
        statement(
            "Role",
            &[
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:DeleteRole",
            ],
            &scope.role(),
        ),
        statement(
            "Profile",
            &[
                "iam:RemoveRoleFromInstanceProfile",
                "iam:DeleteInstanceProfile",
            ],
            &scope.profile(),
        ),
        statement(
            "RemoveOldReleases",
            &["s3:DeleteObject"],
            &scope.objects(&[&format!("{RELEASES}*")]),
        ),
    ]
}

/// The bucket, when it is empty.
pub(super) fn remove_bucket(scope: &Scope) -> Value {
    let actions = ["s3:DeleteBucket", "s3:ListBucketMultipartUploads"];
    statement("Bucket", &actions, &scope.bucket())
}

/// The bucket, and with `--purge-bucket` all that it holds.
pub(super) fn purge(scope: &Scope) -> Vec<Value> {
    vec![
        remove_bucket(scope),
        statement(
            "Purge",
            &[
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:AbortMultipartUpload",
            ],
            &scope.objects(&["*"]),
        ),
    ]
}
